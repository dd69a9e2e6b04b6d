//! A process that dies loses nothing: what ran has an opening, every ordinary operation of the dead process is
//! closed as `abandoned` at the next start, deferred ones stay open, numbers are never used again. Where a
//! relay delivers to Elasticsearch, all of that arrives there, once each.
//!
//! The child process is this program again: it runs handlers on the embedded store until it is killed, or
//! until it aborts at a named step of the store. Each child that is to be killed goes on where the one before
//! it died.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test that cannot go on fails, and says where")]

mod beside;
mod child;
#[path = "../fleet/mod.rs"]
mod fleet;
#[cfg(feature = "elasticsearch")]
#[path = "../index/mod.rs"]
mod index;
mod known;
#[cfg(feature = "elasticsearch")]
mod server;

use std::{
    fs,
    hash::{BuildHasher, RandomState},
    path::Path,
    process::Child,
    time::Instant,
};

use beside::{Beside, Nothing};
use events::sqlite::Step;
use fleet::{Documents, LIMIT};
use known::Known;

/// Bytes that a handler leaves when it runs: its id and the end of a line.
const RAN: u64 = 43;

/// How many handlers ran.
fn ran(folder: &Path) -> u64 {
    fs::metadata(folder.join("ran")).map_or(0, |metadata| metadata.len()) / RAN
}

/// Kills a child once more handlers than that have run.
fn kill_after(handlers: u64, mut child: Child, folder: &Path) {
    let deadline = Instant::now() + LIMIT;
    while ran(folder) <= handlers {
        assert!(Instant::now() < deadline, "the child does not get on");
        assert!(child.try_wait().unwrap().is_none(), "the child ended by itself");
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

/// Kills children that go on where the one before them died, each after at most so many handlers. Answers what
/// the journal holds in the end.
async fn killed_at_random_moments(rounds: usize, handlers: u64, beside: &dyn Beside) -> Documents {
    let folder = tempfile::tempdir().unwrap();
    let mut known = Known::default();
    let mut random = RandomState::new().hash_one(0);
    for round in 0..rounds {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let until = ran(folder.path()) + (random >> 33) % handlers;
        kill_after(until, child::start(folder.path(), beside), folder.path());
        known.check(folder.path(), &format!("killed in round {round}"), beside).await;
    }
    assert!(!known.documents.is_empty());
    known.documents
}

/// Lets children abort, one at each step. Answers what their journals hold.
async fn aborted_at_every_step(beside: &dyn Beside) -> Documents {
    let mut documents = Documents::new();
    // Nothing drops months here: the store's own tests do.
    for step in Step::ALL.iter().filter(|step| !step.as_str().starts_with("Drop")) {
        let folder = tempfile::tempdir().unwrap();
        let mut known = Known::default();
        if step.as_str().starts_with("Start") {
            // It starts on what another one left.
            kill_after(150, child::start(folder.path(), beside), folder.path());
            child::abort_at(*step, 1, folder.path(), beside);
        } else {
            // The second time: by then there is something to lose.
            child::abort_at(*step, 2, folder.path(), beside);
        }
        known.check(folder.path(), &format!("aborted at {step}"), beside).await;
        documents.append(&mut known.documents);
    }
    documents
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_is_killed_at_a_random_moment_loses_nothing() {
    killed_at_random_moments(30, 200, &Nothing).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_aborts_at_any_step_loses_nothing() {
    aborted_at_every_step(&Nothing).await;
}

/// More than one commit closes what it left open, and the next process dies in the middle of that.
#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_dies_while_it_closes_what_another_left_open_loses_nothing() {
    const OPEN: u64 = 2_500;
    for step in [Step::AppendBegun, Step::AppendWritten, Step::AppendCommitted, Step::AppendVisible] {
        let folder = tempfile::tempdir().unwrap();
        kill_after(OPEN - 1, child::start_leaving_open(OPEN as usize, folder.path()), folder.path());
        child::abort_at(step, 2, folder.path(), &Nothing);
        let mut known = Known::default();
        known.check(folder.path(), &format!("aborted at {step} while it closed"), &Nothing).await;
        assert_eq!(known.documents.len() as u64, 2 * OPEN, "{step}: each is closed once");
    }
}

#[cfg(feature = "elasticsearch")]
mod delivering {
    use events::Ack;
    use events_test_servers::elasticsearch;

    use super::*;
    use crate::{
        index::{Index, assert_same},
        server::Server,
    };

    /// On the newest server, whether handlers wait for it or not.
    fn each() -> impl Iterator<Item = Server> {
        let newest = elasticsearch().into_iter().next();
        newest.into_iter().flat_map(|(name, url)| {
            [Ack::Journal, Ack::Delivered("elasticsearch")].map(|ack| {
                println!("{ack:?}, {name}");
                Server { index: Index::fresh(&url), ack }
            })
        })
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_process_that_is_killed_while_it_delivers_leaves_the_same_in_elasticsearch() {
        for server in each() {
            let journal = killed_at_random_moments(8, 500, &server).await;
            assert_same("in the end", &journal, &server.index.documents());
            server.index.remove();
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_process_that_aborts_at_any_step_leaves_the_same_in_elasticsearch() {
        for server in each() {
            let journals = aborted_at_every_step(&server).await;
            assert_same("in the end", &journals, &server.index.documents());
            server.index.remove();
        }
    }
}
