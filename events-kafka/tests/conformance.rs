//! A topic of a real Kafka keeps the promises of every destination.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod topics;

use std::collections::HashSet;

use events_core::{
    BoxFuture, Delivery, Destination, EventId, Sequenced,
    conformance::{self, destination::Subject},
};
use events_kafka::KafkaTopic;
use topics::Topic;

struct Topics {
    brokers: String,
}

/// A destination, and the topic behind it.
struct Fresh {
    destination: KafkaTopic,
    topic: Topic,
}

impl Destination for Fresh {
    fn name(&self) -> &str {
        self.destination.name()
    }

    fn deliver<'d>(&'d self, batch: &'d [Sequenced]) -> BoxFuture<'d, Vec<Delivery>> {
        self.destination.deliver(batch)
    }
}

impl conformance::Subject for Topics {
    type Store = Fresh;

    fn fresh(&self) -> Fresh {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        // One partition: the order of all events is examined.
        let topic = runtime.block_on(Topic::create(&self.brokers, 1, &[]));
        Fresh { destination: KafkaTopic::connect(&topic.brokers, &topic.name).unwrap(), topic }
    }
}

impl Subject for Topics {
    /// What a consumer finds that drops the ids it knows.
    fn delivered(&self, store: &Fresh) -> Vec<(EventId, Vec<u8>)> {
        let mut known = HashSet::new();
        let read = store.topic.read().into_iter().filter(|message| known.insert(message.id()));
        read.map(|message| (message.id(), message.document())).collect()
    }

    fn remembers(&self) -> bool {
        false
    }
}

#[test]
fn a_topic_keeps_every_promise_of_a_destination() {
    let Some(brokers) = events_test_servers::kafka() else { return };
    conformance::destination::run_all(&Topics { brokers });
}
