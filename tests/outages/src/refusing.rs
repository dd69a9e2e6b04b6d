//! An Elasticsearch that answers, and takes nothing: it has too much to do, or an index is blocked.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
};

use events_test_servers::{Disposable, ask};
use serde_json::json;

use crate::{
    scene::{Scene, Server},
    servers::servers,
};

/// Keeps a server busy with requests of its own until it is dropped.
struct Flood {
    stopping: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Flood {
    /// Several large requests at once, again and again.
    fn of(url: &str) -> Self {
        let line = "{\"create\":{}}\n{\"text\":\"as many words as an event has, or nearly so\"}\n";
        let stopping = Arc::new(AtomicBool::new(false));
        let flood = || {
            let (url, stopping) = (url.to_owned(), stopping.clone());
            thread::spawn(move || {
                let body = line.repeat(2_000);
                while !stopping.load(Ordering::Relaxed) {
                    ask(&url, "POST", "/flood/_bulk?filter_path=took", &body).unwrap();
                }
            })
        };
        let threads = (0..6).map(|_| flood()).collect();
        Self { stopping, threads }
    }
}

impl Drop for Flood {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::Relaxed);
        self.threads.drain(..).for_each(|thread| thread.join().unwrap());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_elasticsearch_that_has_too_much_to_do_gets_everything_later() {
    let queue = [("thread_pool.write.size", "1"), ("thread_pool.write.queue_size", "2")];
    let Some(held) = servers().await else { return };
    let Some(flooded) = tokio::task::block_in_place(|| Disposable::elasticsearch(&queue)) else { return };
    let scene = Scene::under_load(&flooded, &held.kafka).await;
    let mut flood = None;
    scene.strike("Elasticsearch answers 429", || flood = Some(Flood::of(flooded.address())));
    scene.shows(|server| is_told(server, "429")).await;
    scene.lasts(300).await;
    scene.shows(|server| is_told(server, "429")).await;
    scene.mends(|| drop(flood)).await;
    scene.proof().await;
}

/// Whether the relay has trouble, of which the server said this.
fn is_told(server: &Server, said: &str) -> bool {
    let status = server.site.relay("elasticsearch");
    status.redelivered > 0 && format!("{:?}", status.state).contains(said)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_that_is_blocked_and_opened_again_misses_nothing() {
    let Some(held) = servers().await else { return };
    let scene = Scene::under_load(&held.elasticsearch, &held.kafka).await;
    let block = |blocked: bool| {
        for server in &scene.servers {
            let index = &server.site.place.index;
            let path = format!("/{}-2026.11/_settings", index.prefix);
            index.ask("PUT", &path, &json!({ "index.blocks.write": blocked }));
        }
    };
    scene.strike("the index is blocked", || block(true));
    scene.shows(|server| is_told(server, "cluster_block_exception")).await;
    scene.lasts(300).await;
    scene.mends(|| block(false)).await;
    scene.proof().await;
}
