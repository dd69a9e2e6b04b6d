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
    time::Instant,
};

use beside::{Beside, Nothing};
use events::sqlite::Step;
use fleet::{Documents, LIMIT};
use known::Known;

fn size(folder: &Path) -> u64 {
    fs::metadata(folder.join("ran")).map_or(0, |metadata| metadata.len())
}

/// Kills children that go on where the one before them died, each after at most so many handlers. Answers what
/// the journal holds in the end.
async fn killed_at_random_moments(rounds: usize, handlers: u64, beside: &dyn Beside) -> Documents {
    let folder = tempfile::tempdir().unwrap();
    let mut known = Known::default();
    let mut random = RandomState::new().hash_one(0);
    for round in 0..rounds {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let until = size(folder.path()) + 49 * ((random >> 33) % handlers);
        let mut child = child::start(folder.path(), None, beside);
        let deadline = Instant::now() + LIMIT;
        while size(folder.path()) <= until {
            assert!(Instant::now() < deadline, "the child does not get on");
            assert!(child.try_wait().unwrap().is_none(), "the child ended by itself");
            std::thread::yield_now();
        }
        child.kill().unwrap();
        child.wait().unwrap();
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
        let status = child::start(folder.path(), Some(*step), beside).wait().unwrap();
        assert!(!status.success(), "the child never came to {step}");
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
