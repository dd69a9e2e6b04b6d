//! Servers that are killed and come back.

use std::{
    net::TcpListener,
    thread,
    time::{Duration, Instant},
};

use events::{EventManager, KafkaTopic, RelayState, RelayStatus, elasticsearch::Elasticsearch, memory::MemoryStore};
use tokio::task::block_in_place;

use crate::{
    fleet::{LIMIT, until_within},
    place::TAIL,
    scene::{Scene, Server},
    servers::{Servers, servers},
};

/// More and more waits for a destination.
fn waits_for(relay: &str, server: &Server, events: u64) -> bool {
    server.site.relay(relay).behind >= events
}

#[tokio::test(flavor = "multi_thread")]
async fn an_elasticsearch_that_is_killed_and_comes_back_misses_nothing() {
    let Some(mut held) = servers().await else { return };
    let Servers { elasticsearch, kafka } = held.servers();
    let scene = Scene::under_load(elasticsearch, kafka).await;
    scene.strike("Elasticsearch is killed", || elasticsearch.kill());
    scene.shows(|server| waits_for("elasticsearch", server, 50)).await;
    scene.lasts(200).await;
    scene.mends(|| elasticsearch.restart()).await;
    scene.proof().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kafka_that_is_killed_and_comes_back_misses_nothing_and_has_nothing_twice() {
    let Some(mut held) = servers().await else { return };
    let Servers { elasticsearch, kafka } = held.servers();
    let scene = Scene::under_load(elasticsearch, kafka).await;
    scene.strike("Kafka is killed", || kafka.kill());
    scene.shows(|server| waits_for("kafka", server, 50)).await;
    scene.lasts(200).await;
    scene.mends(|| kafka.restart()).await;
    scene.proof().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_recorded_over_a_months_end_while_both_are_away_arrives_although_it_is_ten_times_the_tail() {
    let Some(mut held) = servers().await else { return };
    let Servers { elasticsearch, kafka } = held.servers();
    let scene = Scene::under_load(elasticsearch, kafka).await;
    scene.strike("both are killed, and the month ends", || {
        elasticsearch.kill();
        kafka.kill();
        for server in &scene.servers {
            server.site.clock.set("2026-11-30T23:59:59.900Z".parse().unwrap());
        }
    });
    scene.lasts(10 * TAIL).await;
    scene.shows(|server| ["elasticsearch", "kafka"].iter().all(|relay| waits_for(relay, server, 10 * TAIL))).await;
    scene
        .mends(|| {
            thread::scope(|scope| {
                scope.spawn(|| kafka.restart());
                elasticsearch.restart();
            });
        })
        .await;
    scene.shows(|server| server.site.place.index.months() == ["2026.11", "2026.12"]).await;
    scene.proof().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_server_starts_at_once_although_both_are_away() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let begun = Instant::now();
    let builder = EventManager::builder(MemoryStore::new())
        .relay_to(Elasticsearch::connect(&format!("http://{nobody}")).unwrap())
        .relay_to(KafkaTopic::connect(&nobody.to_string(), "event").unwrap())
        .with_limits(|limits| limits.relay_start = Duration::from_secs(60));
    let manager = block_in_place(|| builder.build().unwrap());
    assert!(begun.elapsed() < LIMIT, "it waited for them: {:?}", begun.elapsed());
    let is_failing = |relay: RelayStatus| matches!(relay.state, RelayState::Failing { .. });
    let says = || format!("both have trouble: {:?}", manager.relays());
    until_within(LIMIT, says, || manager.relays().into_iter().all(is_failing)).await;
}
