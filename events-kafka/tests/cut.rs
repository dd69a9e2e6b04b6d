//! A network that is cut before answers arrive, and a message that the topic refuses when it is back.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod topics;

use std::{
    collections::HashSet,
    io::{self, ErrorKind, Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use events::{Entry, EntryKind, EventId, EventManager, Journal, SqliteStore};
use events_core::{
    Event, Registry, Seq,
    conformance::{self, Generator},
};
use events_kafka::Options;
use events_test_servers::Disposable;
use tokio::task::block_in_place;
use topics::{LIMIT, Topic};

/// Between clients and a broker: loses the answers to what is produced on one connection, and cuts it.
struct Proxy {
    listener: TcpListener,
    network: Arc<Network>,
}

#[derive(Default)]
struct Network {
    broker: Mutex<String>,
    /// From now on.
    loses: AtomicBool,
    lost: AtomicUsize,
}

impl Proxy {
    fn new() -> Self {
        Self { listener: TcpListener::bind("127.0.0.1:0").unwrap(), network: Arc::default() }
    }

    fn address(&self) -> String {
        self.listener.local_addr().unwrap().to_string()
    }

    fn stand_before(self, broker: &str) -> Arc<Network> {
        *self.network.broker.lock().unwrap() = broker.to_owned();
        let network = Arc::clone(&self.network);
        thread::spawn(move || {
            for client in self.listener.incoming() {
                let (network, client) = (Arc::clone(&self.network), client.unwrap());
                // A connection that breaks is what this is about.
                thread::spawn(move || network.pass_on(client).ok());
            }
        });
        network
    }
}

/// A request or an answer, with its length before it.
fn frame(from: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut frame = vec![0; 4];
    from.read_exact(&mut frame)?;
    let length = i32::from_be_bytes(frame[..4].try_into().unwrap()) as usize;
    frame.resize(4 + length, 0);
    from.read_exact(&mut frame[4..])?;
    Ok(frame)
}

impl Network {
    fn pass_on(&self, client: TcpStream) -> io::Result<()> {
        let broker = TcpStream::connect(&*self.broker.lock().unwrap())?;
        let produced = Mutex::new(HashSet::new());
        thread::scope(|scope| {
            scope.spawn(|| {
                let passed = self.requests(&client, &broker, &produced);
                let _ = broker.shutdown(Shutdown::Both);
                passed
            });
            let passed = self.answers(&broker, &client, &produced);
            let _ = (client.shutdown(Shutdown::Both), broker.shutdown(Shutdown::Both));
            passed
        })
    }

    fn requests(&self, client: &TcpStream, broker: &TcpStream, produced: &Mutex<HashSet<Vec<u8>>>) -> io::Result<()> {
        let (mut client, mut broker) = (client.try_clone()?, broker.try_clone()?);
        loop {
            let request = frame(&mut client)?;
            let is_produce = request[4..6] == [0, 0];
            if is_produce {
                produced.lock().unwrap().insert(request[8..12].to_vec());
            }
            broker.write_all(&request)?;
        }
    }

    fn answers(&self, broker: &TcpStream, client: &TcpStream, produced: &Mutex<HashSet<Vec<u8>>>) -> io::Result<()> {
        let (mut broker, mut client) = (broker.try_clone()?, client.try_clone()?);
        let mut loses = false;
        loop {
            if loses {
                // The broker has done what it was asked for.
                let one = broker.set_read_timeout(Some(Duration::from_secs(3))).and_then(|()| broker.peek(&mut [0]));
                if matches!(&one, Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)) {
                    return Ok(());
                }
                broker.set_read_timeout(None)?;
            }
            let answer = frame(&mut broker)?;
            let is_of_produce = produced.lock().unwrap().contains(&answer[4..8]);
            loses |= is_of_produce && self.loses.swap(false, Ordering::SeqCst);
            if loses && is_of_produce {
                self.lost.fetch_add(1, Ordering::SeqCst);
            } else {
                client.write_all(&answer)?;
            }
        }
    }
}

/// What the broker has taken, and has not been able to say so, goes back to where it waits to be sent. When another
/// set is refused it is given up there, as what was never sent.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_before_the_network_was_cut_is_there_once_when_something_beside_it_is_refused() {
    let proxy = Proxy::new();
    let listeners = format!("PLAINTEXT://{}", proxy.address());
    let Some(broker) = Disposable::kafka(&[("advertised.listeners", &listeners)]) else { return };
    let network = proxy.stand_before(broker.address());
    let topic = Topic::create(broker.address(), 4, &[("max.message.bytes", "20000")]).await;

    let mut entries: Vec<Entry> = Generator::new(3).events(12);
    let mut poison = Event::from_document(&entries[0].document).unwrap();
    // Larger than what the topic takes, but no set of its own.
    poison.payload = Some(topics::noise(2_500).into());
    entries[0] = conformance::entry(&poison);
    entries.iter_mut().for_each(|entry| entry.kind = EntryKind::Direct);
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path()).unwrap();
    store.append(&entries).unwrap();

    network.loses.store(true, Ordering::SeqCst);
    // Each set waits for a time of its own, within some 40 percent of this.
    let options = Options::new().property("retry.backoff.ms", "3000").property("retry.backoff.max.ms", "10000");
    let destination = options.connect(broker.address(), &topic.name).unwrap();
    let manager = block_in_place(|| {
        EventManager::builder(store).registry(Registry::of([])).relay_to(destination).build().unwrap()
    });
    let begun = Instant::now();
    while manager.relays()[0].behind > 0 {
        assert!(begun.elapsed() < LIMIT, "{:?}", manager.relays());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let letters = manager.dead_letters("kafka", Seq(0), 100).await.unwrap();
    assert_eq!(letters.iter().map(|letter| letter.id).collect::<Vec<_>>(), [entries[0].id]);
    assert!(manager.shutdown(LIMIT).await, "{:?}", manager.relays());

    assert!(network.lost.load(Ordering::SeqCst) > 1, "the answers to several sets were lost");
    let there: Vec<EventId> = topic.read().iter().map(topics::Read::id).collect();
    let distinct: HashSet<EventId> = there.iter().copied().collect();
    assert_eq!(there.len(), distinct.len(), "none twice");
    assert_eq!(distinct, entries[1..].iter().map(|entry| entry.id).collect());
}
