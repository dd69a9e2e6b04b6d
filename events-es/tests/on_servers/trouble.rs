//! What goes wrong between here and there, and is put right.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use elasticsearch::http::Method;
use events_core::{
    Delivery, Destination, Entry, Registry, Seq, Sequenced, conformance::Generator, conformance::search::Searchable,
};
use events_test_servers::{Disposable, elasticsearch};
use serde_json::json;

use crate::place::Store;

fn batches(seed: u64) -> (Vec<Entry>, Vec<Sequenced>) {
    let entries = Generator::new(seed).events(60);
    let rest = numbered(&entries[20..]);
    (entries, rest)
}

fn numbered(entries: &[Entry]) -> Vec<Sequenced> {
    let numbered = |entry: &Entry| Sequenced { seq: Seq(1), id: entry.id, document: entry.document.clone() };
    entries.iter().map(numbered).collect()
}

#[test]
fn a_blocked_index_is_tried_again_until_it_is_not() {
    for (name, url) in elasticsearch() {
        let server = Store::new(&url, &Registry::default());
        let (entries, rest) = batches(1);
        server.store(&entries[..20]);
        let block = |blocked: bool| {
            let path = format!("/{}/_settings", server.place.prefix);
            let (status, _) = server.place.ask(Method::Put, &path, Some(&json!({ "index.blocks.write": blocked })));
            assert_eq!(status, 200);
        };
        block(true);
        let answers = server.place.wait(server.deliver(&rest));
        assert!(answers.iter().all(|answer| matches!(answer, Delivery::Retry { .. })), "{name}: {answers:?}");
        block(false);
        assert_eq!(server.place.wait(server.deliver(&rest)), vec![Delivery::Stored; 40], "{name}");
    }
}

/// Passes requests on and, while it is told to, loses the answers.
struct Lossy {
    address: String,
    loses: Arc<AtomicBool>,
}

impl Lossy {
    fn before(url: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let loses = Arc::<AtomicBool>::default();
        let (server, losing) = (url.trim_start_matches("http://").to_owned(), loses.clone());
        thread::spawn(move || {
            for near in listener.incoming().flatten() {
                let Ok(far) = TcpStream::connect(&server) else { continue };
                let clone = |stream: &TcpStream| stream.try_clone().expect("a handle");
                let (near_too, far_too, losing) = (clone(&near), clone(&far), losing.clone());
                thread::spawn(move || pass(near_too, far_too, None));
                thread::spawn(move || pass(far, near, Some(&losing)));
            }
        });
        Self { address, loses }
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream, loses: Option<&AtomicBool>) {
    let mut bytes = [0; 16 * 1_024];
    while let Ok(read @ 1..) = from.read(&mut bytes) {
        let lost = loses.is_some_and(|loses| loses.load(Ordering::SeqCst));
        if lost || to.write_all(&bytes[..read]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(std::net::Shutdown::Both);
}

#[test]
fn what_became_of_a_delivery_whose_answer_was_lost_is_told_by_the_ids() {
    for (name, url) in elasticsearch() {
        let server = Store::new(&url, &Registry::default());
        let lossy = Lossy::before(&url);
        let connected = server.place.options().connect(&lossy.address).expect("an address");
        let (_, batch) = batches(2);
        lossy.loses.store(true, Ordering::SeqCst);
        let answers = server.place.wait(connected.deliver(&batch));
        assert!(answers.iter().all(|answer| matches!(answer, Delivery::Retry { .. })), "{name}: {answers:?}");
        assert_eq!(server.place.sources().len(), 40, "{name}: they went through");
        lossy.loses.store(false, Ordering::SeqCst);
        let mut again = server.place.wait(connected.deliver(&batch));
        if again.iter().any(|answer| matches!(answer, Delivery::Retry { .. })) {
            // A connection that was kept open and is cut answers once more.
            again = server.place.wait(connected.deliver(&batch));
        }
        assert_eq!(again, vec![Delivery::AlreadyThere; 40], "{name}");
        assert_eq!(server.place.sources().len(), 40, "{name}: none twice");
    }
}

#[test]
fn a_batch_that_the_server_never_takes_at_once_gets_there_in_parts() {
    // As a batch of some megabytes to a server with little memory.
    let memory = ("indexing_pressure.memory.limit", "100kb");
    let Some(own) = Disposable::elasticsearch(&[memory]) else { return };
    let server = Store::new(own.address(), &Registry::default());
    let mut left = numbered(&Generator::new(3).events(500));
    let mut deliveries = 0;
    while !left.is_empty() {
        assert!(deliveries < 20, "{} are still refused", left.len());
        deliveries += 1;
        let mut answers = server.place.wait(server.deliver(&left)).into_iter();
        left.retain(|_| match answers.next().expect("an answer for each") {
            Delivery::Stored => false,
            Delivery::Retry { reason } => {
                assert!(reason.contains("429"), "{reason}");
                true
            }
            other => panic!("{other:?}"),
        });
    }
    assert!(deliveries > 1, "the first is too much");
    assert_eq!(server.place.sources().len(), 500);
}
