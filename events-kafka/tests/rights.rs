//! What is said to a user who may write to a topic and not read it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod topics;

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Instant,
};

use events_core::{
    Entry, EntryKind, EventManager, Journal, Position, Registry, conformance::Generator, memory::MemoryStore,
};
use events_kafka::{KafkaTopic, Options};
use events_test_servers::Disposable;
use tokio::task::block_in_place;
use topics::{LIMIT, Topic};

/// Where a topic has rules at all, what they do not allow is refused.
const AUTHORIZER: [(&str, &str); 2] = [
    ("authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer"),
    ("allow.everyone.if.no.acl.found", "true"),
];

/// As Kafka numbers them.
const TOPIC: u8 = 2;
const GROUP: u8 = 3;
const READ: u8 = 3;
const WRITE: u8 = 4;
const DESCRIBE: u8 = 8;

/// Allows a user to do this to a topic or a group: CreateAcls of Kafka's protocol, version 1.
fn allow(broker: &str, user: &str, (kind, name): (u8, &str), operations: &[u8]) {
    let string = |text: &str| [&(text.len() as i16).to_be_bytes(), text.as_bytes()].concat();
    let mut request = [&30_i16.to_be_bytes()[..], &1_i16.to_be_bytes(), &7_i32.to_be_bytes(), &string("test")].concat();
    request.extend((operations.len() as i32).to_be_bytes());
    for operation in operations {
        let (literal, allow) = ([3], [3]);
        request.extend([&[kind], &*string(name), &literal, &string(user), &string("*")].concat());
        request.extend([&[*operation][..], &allow].concat());
    }
    let mut broker = TcpStream::connect(broker).unwrap();
    broker.write_all(&[&(request.len() as i32).to_be_bytes()[..], &request].concat()).unwrap();
    let mut length = [0; 4];
    broker.read_exact(&mut length).unwrap();
    let mut answer = vec![0; i32::from_be_bytes(length) as usize];
    broker.read_exact(&mut answer).unwrap();
    // A correlation, a pause, how many rules; and of each no error and an empty message.
    assert!(answer[12..].iter().all(|byte| *byte == 0), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_who_may_not_read_the_topic_is_told_at_the_start_and_may_do_without() {
    let Some(broker) = Disposable::kafka(&AUTHORIZER) else { return };
    let topic = Topic::create(broker.address(), 1, &[]).await;
    allow(broker.address(), "User:*", (TOPIC, &topic.name), &[WRITE, DESCRIBE]);
    let relaying = |destination: KafkaTopic| {
        let builder = EventManager::builder(MemoryStore::new()).registry(Registry::of([]));
        block_in_place(|| builder.relay_to(destination).build())
    };
    // A rule is answered for before the broker goes by it.
    let begun = Instant::now();
    let error = loop {
        match relaying(KafkaTopic::connect(broker.address(), &topic.name).unwrap()) {
            Ok(_) => assert!(begun.elapsed() < LIMIT, "it may read the topic"),
            Err(error) => break error.to_string(),
        }
    };
    for part in [&*topic.name, "grant this user Read", "Options::write_only", "EVT178"] {
        assert!(error.contains(part), "{error}");
    }
    let manager = relaying(Options::new().write_only().connect(broker.address(), &topic.name).unwrap()).unwrap();
    assert!(manager.shutdown(LIMIT).await, "{:?}", manager.relays());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_needs_no_rights_on_a_group_to_find_what_is_there() {
    let Some(broker) = Disposable::kafka(&AUTHORIZER) else { return };
    let topic = Topic::create(broker.address(), 3, &[]).await;
    allow(broker.address(), "User:*", (TOPIC, &topic.name), &[READ, WRITE, DESCRIBE]);
    // So to nobody else.
    allow(broker.address(), "User:other", (GROUP, "events"), &[READ, DESCRIBE]);
    let store = MemoryStore::new();
    let deliver = async || {
        let builder = EventManager::builder(store.clone()).registry(Registry::of([]));
        let destination = KafkaTopic::connect(broker.address(), &topic.name).unwrap();
        let manager = block_in_place(|| builder.relay_to(destination).build()).unwrap();
        assert!(manager.shutdown(LIMIT).await, "{:?}", manager.relays());
    };
    deliver().await;
    let landmark = store.bookmarks().landmark("kafka").unwrap().unwrap();
    let direct = |entry| Entry { kind: EntryKind::Direct, ..entry };
    let entries: Vec<Entry> = Generator::new(1).events(300).into_iter().map(direct).collect();
    store.append(&entries).unwrap();
    deliver().await;
    // As after a kill.
    store.bookmarks().set_landmark("kafka", &landmark).unwrap();
    store.bookmarks().set_position("kafka", Position::BEGINNING).unwrap();
    deliver().await;
    assert_eq!(topic.read().len(), entries.len(), "each event once");
}
