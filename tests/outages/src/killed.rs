//! API servers that are killed while they deliver.

use std::{
    env,
    hash::{BuildHasher, RandomState},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use events::Ack;
use tokio::task::block_in_place;

use crate::{
    fleet::LIMIT,
    load::{Acknowledged, Load},
    place::{DELIVERED, Place, options},
    proof::Evidence,
    scene::new_place,
    servers::servers,
};

const KILLS: usize = 5;

/// What the child process does, until it is killed; without a place it is no test.
#[tokio::test(flavor = "multi_thread")]
async fn api_server() {
    let Some(place) = Place::of_environment() else { return };
    let site = place.open(options());
    let load = Load::on(&site, Duration::from_millis(10));
    load.never_ends().await;
}

fn start(place: &Place) -> Child {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", "killed::api_server", "--nocapture"]).envs(place.environment());
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Waits until the clients of a child know of so many events more, and kills it.
fn kill_after(place: &Place, mut child: Child, events: usize) {
    let acknowledged = || Acknowledged::count(&place.folder);
    let (deadline, before) = (Instant::now() + LIMIT, acknowledged());
    while acknowledged() < before + events {
        assert!(Instant::now() < deadline, "the API server does not get on");
        assert!(child.try_wait().unwrap().is_none(), "the API server ended by itself");
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_server_that_is_killed_again_and_again_while_it_delivers_loses_and_doubles_nothing() {
    let Some(held) = servers().await else { return };
    println!("API servers are killed while they deliver");
    for ack in [Ack::Journal, DELIVERED] {
        let (place, topic, _folder) = new_place(held.elasticsearch.address(), &held.kafka, ack).await;
        for _ in 0..KILLS {
            let events = 50 + RandomState::new().hash_one(0) as usize % 800;
            block_in_place(|| kill_after(&place, start(&place), events));
        }
        // The next one closes what they left open, and delivers the rest.
        let site = block_in_place(|| place.open(options()));
        drop(site.shut_down().await);
        Evidence { place: &place, topic: &topic }.prove();
        place.index.remove();
    }
}
