//! Load, trouble, recovery: what every test here goes through.

use std::time::{Duration, Instant};

use events::Ack;
use events_test_servers::Disposable;
use tempfile::TempDir;
use tokio::task::block_in_place;

use crate::{
    fleet::until_within,
    index::Index,
    load::Load,
    place::{DELIVERED, Place, Site, options},
    proof::Evidence,
    topics::Topic,
};

/// How long recovery may take on a machine that is busy: a server starts, and relays pause up to ten seconds.
pub(crate) const PATIENCE: Duration = Duration::from_secs(90);

/// Keys are spread over so many.
pub(crate) const PARTITIONS: i32 = 3;

/// Two API servers under load, one for each way to acknowledge.
pub(crate) struct Scene {
    pub(crate) servers: Vec<Server>,
    begun: Instant,
}

/// One of them.
pub(crate) struct Server {
    pub(crate) site: Site,
    pub(crate) load: Load,
    topic: Topic,
    folder: TempDir,
}

/// An index, a topic and a folder for a new API server.
pub(crate) async fn new_place(elasticsearch: &str, kafka: &Disposable, ack: Ack) -> (Place, Topic, TempDir) {
    let topic = Topic::create(kafka.address(), PARTITIONS, &[]).await;
    let folder = tempfile::tempdir().unwrap();
    let place = Place {
        folder: folder.path().to_owned(),
        index: Index::fresh(elasticsearch),
        elasticsearch: elasticsearch.to_owned(),
        kafka: topic.brokers.clone(),
        topic: topic.name.clone(),
        ack,
    };
    (place, topic, folder)
}

impl Scene {
    /// Both API servers, once they have acknowledged something.
    pub(crate) async fn under_load(elasticsearch: &Disposable, kafka: &Disposable) -> Self {
        Self::reached_through(elasticsearch.address(), elasticsearch, kafka).await
    }

    /// The same, with something between them and Elasticsearch.
    pub(crate) async fn reached_through(proxy: &str, elasticsearch: &Disposable, kafka: &Disposable) -> Self {
        let (begun, mut servers) = (Instant::now(), Vec::new());
        for ack in [Ack::Journal, DELIVERED] {
            let (place, topic, folder) = new_place(elasticsearch.address(), kafka, ack).await;
            let place = Place { elasticsearch: proxy.to_owned(), ..place };
            let site = block_in_place(|| place.open(options()));
            let load = Load::on(&site, Duration::from_millis(200));
            servers.push(Server { site, load, topic, folder });
        }
        let scene = Self { servers, begun };
        scene.goes_on(100).await;
        scene
    }

    /// Says what has happened, and when.
    fn tell(&self, what: &str) {
        println!("{:5.1} s: {what}", self.begun.elapsed().as_secs_f64());
    }

    /// Something goes wrong.
    pub(crate) fn strike(&self, what: &str, begins: impl FnOnce()) {
        self.tell(what);
        block_in_place(begins);
    }

    /// Waits until both API servers show it.
    pub(crate) async fn shows(&self, what: impl Fn(&Server) -> bool) {
        for server in &self.servers {
            until_within(PATIENCE, || format!("it shows: {}", server.says()), || what(server)).await;
        }
        self.tell("it shows");
    }

    /// Waits until both have recorded so many events more.
    pub(crate) async fn lasts(&self, events: u64) {
        let before: Vec<u64> = self.servers.iter().map(|server| server.site.recorded()).collect();
        for (server, before) in self.servers.iter().zip(before) {
            let recorded = || server.site.recorded() >= before + events;
            until_within(PATIENCE, || format!("it goes on: {}", server.says()), recorded).await;
        }
    }

    /// It is over: both go on as if nothing had been.
    pub(crate) async fn mends(&self, ends: impl FnOnce()) {
        self.tell("it has lasted");
        block_in_place(ends);
        self.tell("it is over");
        self.goes_on(200).await;
        self.tell("both go on");
    }

    /// Waits until so many events more are acknowledged by each.
    pub(crate) async fn goes_on(&self, more: u64) {
        let before: Vec<u64> = self.servers.iter().map(|server| server.load.acknowledged()).collect();
        for (server, before) in self.servers.iter().zip(before) {
            let acknowledged = || server.load.acknowledged() >= before + more;
            until_within(PATIENCE, || format!("it acknowledges: {}", server.says()), acknowledged).await;
        }
    }

    /// Ends the load, lets relays deliver what is left, and reads everything back.
    pub(crate) async fn proof(self) {
        let Self { servers, begun } = self;
        servers.iter().for_each(|server| server.load.calls_no_more());
        for Server { site, load, topic, folder } in servers {
            load.stop().await;
            let Site { place, manager, .. } = site.shut_down().await;
            drop(manager);
            println!("{:5.1} s: delivered", begun.elapsed().as_secs_f64());
            Evidence { place: &place, topic: &topic }.prove();
            place.index.remove();
            drop(folder);
        }
    }
}

impl Server {
    /// How it is doing.
    fn says(&self) -> String {
        let (refusal, relays) = (self.load.refusal(), self.site.manager.relays());
        format!("{:?}, the last refusal {refusal:?}, {relays:#?}", self.site.place.ack)
    }
}

impl Site {
    /// Once everything is delivered.
    pub(crate) async fn shut_down(self) -> Self {
        let says = || format!("everything is delivered, {:?}", self.manager.relays());
        until_within(PATIENCE, says, || self.is_delivered()).await;
        assert!(self.manager.shutdown(PATIENCE).await, "{:?}", self.manager.relays());
        self
    }
}
