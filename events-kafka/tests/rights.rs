//! What is said to a user who may write to a topic and not read it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod topics;

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use events_core::{EventManager, Registry, memory::MemoryStore};
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
const WRITE: u8 = 4;
const DESCRIBE: u8 = 8;

/// Allows everybody to do this to a topic: CreateAcls of Kafka's protocol, version 1.
fn allow(broker: &str, topic: &str, operations: &[u8]) {
    let string = |text: &str| [&(text.len() as i16).to_be_bytes(), text.as_bytes()].concat();
    let mut request = [&30_i16.to_be_bytes()[..], &1_i16.to_be_bytes(), &7_i32.to_be_bytes(), &string("test")].concat();
    request.extend((operations.len() as i32).to_be_bytes());
    for operation in operations {
        let (of_topic, literal, allow) = ([2], [3], [3]);
        request.extend([&of_topic, &*string(topic), &literal, &string("User:*"), &string("*")].concat());
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
    allow(broker.address(), &topic.name, &[WRITE, DESCRIBE]);
    let relaying = |destination: KafkaTopic| {
        let builder = EventManager::builder(MemoryStore::new()).registry(Registry::of([]));
        block_in_place(|| builder.relay_to(destination).build())
    };
    let error = relaying(KafkaTopic::connect(broker.address(), &topic.name).unwrap()).unwrap_err().to_string();
    for part in [&*topic.name, "grant this user Read", "Options::write_only", "EVT178"] {
        assert!(error.contains(part), "{error}");
    }
    let manager = relaying(Options::new().write_only().connect(broker.address(), &topic.name).unwrap()).unwrap();
    assert!(manager.shutdown(LIMIT).await, "{:?}", manager.relays());
}
