//! What consumers find in a topic, and what is said where there is none.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod topics;

use std::{
    collections::{BTreeMap, HashMap},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use events::prelude::*;
use events_core::{
    Batches, Bytes, Delivery, Destination, EventManager, Phase, RelayState, Seq, Sequenced, conformance::Generator,
    memory::MemoryStore, scope, with_older_view,
};
use events_kafka::{ConnectError, KafkaTopic, Key, Options};
use topics::{LIMIT, Topic};

/// An edge device.
#[resource(events)]
struct Nuvlabox;

#[derive(Debug, EventDetails)]
#[event("nuvlabox.state-changed", category = "state", resource = Nuvlabox)]
struct StateChanged {
    old_state: Option<String>,
    new_state: String,
}

#[action(event = "nuvlabox.reboot", details(force), payload(outcome))]
async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<String, Refused> {
    let changed = StateChanged { old_state: force.then(|| "\"NEW\"".to_owned()), new_state: "ACTIVATED".to_owned() };
    emit(&id, changed).await?;
    Operation::current().link("job/17");
    Ok("job/17".to_owned())
}

fn jane() -> Context {
    Context::new(Caller::user("user/jane").unwrap())
}

fn numbered(entries: Vec<events_core::Entry>) -> Vec<Sequenced> {
    let numbered =
        |(entry, seq): (events_core::Entry, u64)| Sequenced { seq: Seq(seq), id: entry.id, document: entry.document };
    entries.into_iter().zip(1..).map(numbered).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consumer_finds_every_event_as_an_administrators_search_returns_it_with_the_older_view_behind() {
    let Some(brokers) = events_test_servers::kafka() else { return };
    let topic = Topic::create(&brokers, 3, &[]).await;
    let folder = tempfile::tempdir().unwrap();
    let manager = EventManager::builder(events::SqliteStore::open(folder.path()).unwrap())
        .relay_to(KafkaTopic::connect(&brokers, &topic.name).unwrap())
        .with_limits(|limits| limits.closing_wait = LIMIT)
        .build()
        .unwrap();
    let operations = async {
        for number in 0..100 {
            let id: Href<Nuvlabox> = format!("nuvlabox/{number}").parse().unwrap();
            reboot(id, number % 2 == 0).await.unwrap();
        }
    };
    manager.scope(scope(jane(), operations)).await;

    let mut searched = BTreeMap::new();
    let mut query = Query::new(Viewer::admin()).limit(64);
    loop {
        let page = manager.search(&query).await.unwrap();
        for found in &page.events {
            searched.insert(found.event().unwrap().id, found.document().unwrap());
        }
        let Some(next) = page.next else { break };
        query = query.after(next);
    }
    assert_eq!(searched.len(), 300);
    assert!(manager.shutdown(LIMIT).await, "{:?}", manager.relays());

    let read = topic.read();
    assert_eq!(read.len(), searched.len(), "each event once");
    for message in &read {
        assert_eq!(message.value, with_older_view(&searched[&message.id()]).unwrap());
    }
    // From offset 0 on a replay gives the store: all of it, and each operation in its order.
    let mut trees: HashMap<&str, Vec<Phase>> = HashMap::new();
    for message in &read {
        let event = events::Event::from_document(&message.value).unwrap();
        trees.entry(&message.key).or_default().push(event.phase);
    }
    assert_eq!(trees.len(), 100, "one key for each tree");
    assert!(trees.values().all(|phases| *phases == [Phase::Requested, Phase::Occurred, Phase::Completed]));
}

#[tokio::test]
async fn a_message_has_cloud_events_headers_and_the_time_of_its_sending() {
    let Some(brokers) = events_test_servers::kafka() else { return };
    let topic = Topic::create(&brokers, 1, &[]).await;
    let destination = Options::new().key(Key::Resource).source("/fleet").connect(&brokers, &topic.name).unwrap();
    // Long before the retention of any topic.
    let events = Generator::new(1).starting("2020-01-15T08:00:00Z".parse().unwrap()).events(1);
    let events = numbered(events);
    let begun = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64;
    assert_eq!(destination.deliver(&events).await, [Delivery::Stored]);

    let event = events::Event::from_document(&events[0].document).unwrap();
    let href = event.resource.href.unwrap();
    let [message] = &topic.read()[..] else { panic!("one message") };
    let expected = [
        ("content-type", "application/json".to_owned()),
        ("ce_specversion", "1.0".to_owned()),
        ("ce_id", event.id.to_string()),
        ("ce_source", format!("/fleet/{}", event.resource.resource_type)),
        ("ce_type", event.event_type.to_string()),
        ("ce_time", event.timestamp.to_string()),
        ("ce_subject", href.clone()),
    ];
    assert_eq!(message.headers, expected.map(|(name, value)| (name.to_owned(), value)));
    assert_eq!(message.key, href);
    assert!(message.sent >= begun, "the time of the message is not the event's");
}

/// Delivers as a relay does, until everything is stored or refused; what was refused.
async fn deliver(destination: &KafkaTopic, events: &[Sequenced]) -> Vec<EventId> {
    let mut left = events.to_vec();
    let mut refused = Vec::new();
    let begun = Instant::now();
    while !left.is_empty() {
        assert!(begun.elapsed() < LIMIT, "{} events are never answered for", left.len());
        let answers = destination.deliver(&left).await;
        let first_retry = answers.iter().position(|answer| matches!(answer, Delivery::Retry { .. }));
        let behind = &answers[first_retry.unwrap_or(answers.len())..];
        assert!(!behind.contains(&Delivery::Stored), "nothing is stored behind what is tried again");
        let rejected = |answer: &Delivery| matches!(answer, Delivery::Rejected { .. });
        refused.extend(left.iter().zip(&answers).filter(|(_, answer)| rejected(answer)).map(|(event, _)| event.id));
        let again = |(event, answer): (Sequenced, &Delivery)| matches!(answer, Delivery::Retry { .. }).then_some(event);
        left = left.into_iter().zip(&answers).filter_map(again).collect();
    }
    refused
}

#[tokio::test]
async fn only_what_the_topic_does_not_take_is_refused_and_nothing_overtakes_or_is_there_twice() {
    let Some(brokers) = events_test_servers::kafka() else { return };
    // The second takes no set of several messages.
    for (largest, poison) in [("70000", vec![0, 100, 101, 250, 399]), ("4000", vec![250])] {
        let topic = Topic::create(&brokers, 1, &[("max.message.bytes", largest)]).await;
        let destination = KafkaTopic::connect(&brokers, &topic.name).unwrap();
        let mut events = numbered(Generator::new(2).events(400));
        for at in &poison {
            let mut event = events::Event::from_document(&events[*at].document).unwrap();
            event.payload = Some(topics::noise(20_000).into());
            events[*at].document = document_of(&event);
        }
        let refused = deliver(&destination, &events).await;
        assert_eq!(refused, poison.iter().map(|at| events[*at].id).collect::<Vec<_>>());
        let taken: Vec<EventId> = events.iter().map(|event| event.id).filter(|id| !refused.contains(id)).collect();
        assert_eq!(topic.read().iter().map(topics::Read::id).collect::<Vec<_>>(), taken);
    }
}

fn document_of(event: &events::Event) -> Bytes {
    events_core::conformance::entry(event).document
}

#[tokio::test]
async fn a_topic_that_is_not_there_is_found_when_the_manager_is_built() {
    let Some(brokers) = events_test_servers::kafka() else { return };
    let missing = KafkaTopic::connect(&brokers, "no-such-topic").unwrap();
    let error = EventManager::builder(MemoryStore::new()).relay_to(missing).build().unwrap_err().to_string();
    for part in ["no topic `no-such-topic`", "--create --topic no-such-topic", "EVT175"] {
        assert!(error.contains(part), "{error}");
    }
}

#[tokio::test]
async fn properties_that_contradict_each_other_where_the_topic_is_read_are_found_when_the_manager_is_built() {
    let Some(brokers) = events_test_servers::kafka() else { return };
    let topic = Topic::create(&brokers, 1, &[]).await;
    // Longer than `max.poll.interval.ms`, which nobody who only sends asks for.
    let options = Options::new().property("session.timeout.ms", "400000");
    let destination = options.connect(&brokers, &topic.name).unwrap();
    let error = EventManager::builder(MemoryStore::new()).relay_to(destination).build().unwrap_err().to_string();
    for part in ["max.poll.interval.ms", "EVT173"] {
        assert!(error.contains(part), "{error}");
    }
}

#[tokio::test]
async fn brokers_that_do_not_answer_keep_nobody_from_starting() {
    // Nobody listens there; no server is needed for this.
    let away = KafkaTopic::connect("127.0.0.1:9", "event").unwrap();
    let manager = EventManager::builder(MemoryStore::new()).relay_to(away).build().unwrap();
    manager.scope(scope(jane(), reboot("nuvlabox/1".parse().unwrap(), true))).await.unwrap();
    let begun = Instant::now();
    loop {
        let status = manager.relays().remove(0);
        let says_why = matches!(&status.state, RelayState::Failing { reason } if reason.contains("EVT174"));
        if says_why && status.behind == 3 {
            break;
        }
        assert!(begun.elapsed() < LIMIT, "{status:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[test]
fn mistakes_are_named_and_secrets_are_not() {
    let options = Options::new().property("sasl.password", "hunter2").property("linger.mss", "hunter3");
    let shown = format!("{options:?}");
    assert!(shown.contains("sasl.password") && !shown.contains("hunter"), "{shown}");
    let error = options.connect("127.0.0.1:9", "event").unwrap_err();
    assert_eq!(error, ConnectError::Property("linger.mss".to_owned()));
    assert!(!error.to_string().contains("hunter"), "{error}");

    assert_eq!(KafkaTopic::connect(" , ", "event").unwrap_err(), ConnectError::NoBrokers);
    for name in ["", ".", "..", "a b", "é", &"a".repeat(250)] {
        assert!(matches!(KafkaTopic::connect("127.0.0.1:9", name), Err(ConnectError::TopicName(_))), "{name}");
    }
    let connected = Options::new().property("sasl.password", "hunter2").connect("127.0.0.1:9", "event").unwrap();
    assert!(!format!("{connected:?}").contains("hunter2"));
    assert_eq!(connected.batches(), Batches { in_flight: 1, ..connected.batches() });
}
