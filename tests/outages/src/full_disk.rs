//! A journal whose disk is full while it delivers.

use std::{
    env,
    process::{self, Command},
    time::Duration,
};

use events::{Ack, sqlite};
use tokio::task::block_in_place;

use crate::{
    fleet::until_within,
    load::Load,
    place::{DELIVERED, Place},
    proof::{Copies, Evidence},
    scene::{PATIENCE, new_place},
    servers::servers,
};

/// What the child process does; without a place it is no test.
#[tokio::test(flavor = "multi_thread")]
async fn api_server() {
    let Some(place) = Place::of_environment() else { return };
    // Nothing is sealed before the disk is full.
    let site = place.open(sqlite::Options::new());
    let load = Load::on(&site, Duration::from_millis(5));
    let says = || format!("the last refusal {:?}, {:#?}", load.refusal(), site.manager.relays());
    let is_full = || load.refusal().is_some_and(|refusal| refusal.contains("no space left"));
    until_within(PATIENCE, || format!("the disk is full: {}", says()), is_full).await;
    until_within(PATIENCE, || format!("what is stored is delivered: {}", says()), || site.is_delivered()).await;

    let own = process::id().to_string();
    assert!(Command::new("prlimit").args(["--fsize=unlimited:", "--pid", &own]).status().unwrap().success());
    let before = load.acknowledged();
    until_within(PATIENCE, || format!("there is space: {}", says()), || load.acknowledged() >= before + 300).await;
    load.stop().await;
    drop(site.shut_down().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_whose_disk_is_full_delivers_what_it_has_and_goes_on_when_there_is_space() {
    let Some(held) = servers().await else { return };
    println!("the disk of the journal is full");
    for ack in [Ack::Journal, DELIVERED] {
        let (place, topic, _folder) = new_place(held.elasticsearch.address(), &held.kafka, ack).await;
        // A limit on the size of files stands for a full disk: writing fails, and does not kill.
        let limited = "trap '' XFSZ && ulimit -S -f 3000 && exec \"$0\" --exact full_disk::api_server --nocapture";
        let mut child = Command::new("sh");
        child.args(["-c", limited]).arg(env::current_exe().unwrap()).envs(place.environment());
        let output = block_in_place(|| child.output().unwrap());
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success() && out.contains("1 passed"), "{}\n{out}\n{err}", output.status);
        Evidence { place: &place, topic: &topic, copies: Copies::One }.prove();
        place.index.remove();
    }
}
