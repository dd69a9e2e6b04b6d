//! Topics of a real Kafka, and what a consumer reads there.

#![allow(dead_code, clippy::unwrap_used, reason = "each test program uses a part, and fails with it")]

use std::{
    hash::{BuildHasher, RandomState},
    time::{Duration, Instant},
};

use events_core::{EventId, with_older_view};
use rdkafka::{
    ClientConfig, Message, Offset, TopicPartitionList,
    admin::{AdminClient, AdminOptions, AlterConfig, NewPartitions, NewTopic, ResourceSpecifier, TopicReplication},
    client::DefaultClientContext,
    consumer::{BaseConsumer, Consumer},
    message::Headers,
    producer::{BaseProducer, BaseRecord, Producer},
};

/// How long anything may take on a machine that is busy.
pub(crate) const LIMIT: Duration = Duration::from_secs(60);

/// A topic that nobody else uses.
#[derive(Clone, Debug)]
pub(crate) struct Topic {
    pub(crate) brokers: String,
    pub(crate) name: String,
    partitions: i32,
}

/// A message as a consumer reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Read {
    pub(crate) partition: i32,
    pub(crate) key: String,
    pub(crate) value: Vec<u8>,
    pub(crate) headers: Vec<(String, String)>,
    /// Milliseconds since 1970.
    pub(crate) sent: i64,
}

impl Read {
    /// The id of the event.
    pub(crate) fn id(&self) -> EventId {
        let (_, id) = self.headers.iter().find(|(name, _)| name == "ce_id").expect("an id among the headers");
        id.parse().unwrap()
    }

    /// The document as it is stored: the value without the older view.
    pub(crate) fn document(&self) -> Vec<u8> {
        let begins = self.value.windows(9).enumerate().rev().filter(|(_, window)| window == b",\"name\":\"");
        let mut candidates = begins.map(|(at, _)| [&self.value[..at], b"}"].concat());
        let with_view = |document: &Vec<u8>| with_older_view(document).is_ok_and(|whole| whole == self.value);
        candidates.find(with_view).expect("a document, and behind it its older view, byte for byte")
    }
}

fn config(brokers: &str) -> ClientConfig {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", brokers).set("reconnect.backoff.max.ms", "500");
    config
}

impl Topic {
    /// Makes one with these settings.
    pub(crate) async fn create(brokers: &str, partitions: i32, settings: &[(&str, &str)]) -> Self {
        let name = format!("event-{:016x}", RandomState::new().hash_one(0));
        let admin: AdminClient<DefaultClientContext> = config(brokers).create().unwrap();
        let new = NewTopic::new(&name, partitions, TopicReplication::Fixed(1));
        let new = settings.iter().fold(new, |new, (name, value)| new.set(name, value));
        let options = AdminOptions::new().operation_timeout(Some(LIMIT)).request_timeout(Some(LIMIT));
        let made = admin.create_topics([&new], &options).await.unwrap();
        made.into_iter().for_each(|topic| drop(topic.unwrap()));
        Self::known(brokers, &name, partitions)
    }

    /// The same with more partitions.
    pub(crate) async fn grow(self, partitions: i32) -> Self {
        let admin: AdminClient<DefaultClientContext> = config(&self.brokers).create().unwrap();
        let more = NewPartitions::new(&self.name, partitions as usize);
        let grown =
            admin.create_partitions([&more], &AdminOptions::new().operation_timeout(Some(LIMIT))).await.unwrap();
        grown.into_iter().for_each(|topic| drop(topic.unwrap()));
        let grown = Self { partitions, ..self };
        grown.until_known().await;
        grown
    }

    /// Takes messages of this size from now on.
    pub(crate) async fn takes(&self, bytes: &str) {
        let admin: AdminClient<DefaultClientContext> = config(&self.brokers).create().unwrap();
        let settings = AlterConfig::new(ResourceSpecifier::Topic(&self.name)).set("max.message.bytes", bytes);
        let altered = admin.alter_configs([&settings], &AdminOptions::new()).await.unwrap();
        altered.into_iter().for_each(|topic| drop(topic.unwrap()));
    }

    pub(crate) async fn delete(&self) {
        let admin: AdminClient<DefaultClientContext> = config(&self.brokers).create().unwrap();
        let options = AdminOptions::new().operation_timeout(Some(LIMIT));
        let deleted = admin.delete_topics(&[&self.name], &options).await.unwrap();
        deleted.into_iter().for_each(|topic| drop(topic.unwrap()));
        // That is answered for before the broker has done it.
        let consumer = self.consumer();
        let deadline = Instant::now() + LIMIT;
        while consumer.fetch_watermarks(&self.name, 0, Duration::from_secs(5)).is_ok() {
            assert!(Instant::now() < deadline, "it is never gone");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// After it was deleted: makes it again, empty.
    pub(crate) async fn make_again(&self) {
        let admin: AdminClient<DefaultClientContext> = config(&self.brokers).create().unwrap();
        let options = AdminOptions::new().operation_timeout(Some(LIMIT));
        let deadline = Instant::now() + LIMIT;
        loop {
            let new = NewTopic::new(&self.name, self.partitions, TopicReplication::Fixed(1));
            let made = admin.create_topics([&new], &options).await.unwrap();
            if made.iter().all(Result::is_ok) {
                break;
            }
            // It may take a moment until the old one is gone.
            assert!(Instant::now() < deadline, "it is never made again: {made:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        self.until_known().await;
    }

    /// Waits until the brokers know all of its partitions.
    async fn until_known(&self) {
        let consumer = self.consumer();
        let deadline = Instant::now() + LIMIT;
        let is_known = |partition| consumer.fetch_watermarks(&self.name, partition, Duration::from_secs(5)).is_ok();
        while !(0..self.partitions).all(is_known) {
            assert!(Instant::now() < deadline, "its partitions are never known");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Messages of others, so many in each partition.
    pub(crate) async fn filled_by_others(&self, messages: usize) {
        let producer: BaseProducer = config(&self.brokers).create().unwrap();
        for partition in 0..self.partitions {
            for _ in 0..messages {
                let record = BaseRecord::<(), str>::to(&self.name).partition(partition).payload("of others");
                producer.send(record).map_err(|(error, _)| error).unwrap();
            }
        }
        tokio::task::spawn_blocking(move || producer.flush(LIMIT)).await.unwrap().unwrap();
    }

    /// A transaction of others that comes to nothing: it leaves a mark at the end of each partition, which is no
    /// message.
    pub(crate) async fn marked_by_others(&self) {
        let producer: BaseProducer = config(&self.brokers).set("transactional.id", &self.name).create().unwrap();
        let partitions = 0..self.partitions;
        let name = self.name.clone();
        let transaction = move || {
            producer.init_transactions(LIMIT)?;
            producer.begin_transaction()?;
            for partition in partitions {
                let record = BaseRecord::<(), str>::to(&name).partition(partition).payload("of others");
                producer.send(record).map_err(|(error, _)| error)?;
            }
            producer.flush(LIMIT)?;
            producer.abort_transaction(LIMIT)
        };
        tokio::task::spawn_blocking(transaction).await.unwrap().unwrap();
    }

    fn consumer(&self) -> BaseConsumer {
        config(&self.brokers).set("group.id", &self.name).set("enable.auto.commit", "false").create().unwrap()
    }

    /// Says how many messages were ever sent to it.
    pub(crate) fn counter(&self) -> impl Fn() -> i64 {
        let consumer = self.consumer();
        let end = move |partition| consumer.fetch_watermarks(&self.name, partition, LIMIT).unwrap().1;
        move || (0..self.partitions).map(&end).sum()
    }

    /// One that another process made.
    pub(crate) fn known(brokers: &str, name: &str, partitions: i32) -> Self {
        Self { brokers: brokers.to_owned(), name: name.to_owned(), partitions }
    }

    /// Everything in it: partition by partition, each from its beginning to its end.
    pub(crate) fn read(&self) -> Vec<Read> {
        let consumer = self.consumer();
        let deadline = Instant::now() + LIMIT;
        let mut all = Vec::new();
        for partition in 0..self.partitions {
            let (low, high) = consumer.fetch_watermarks(&self.name, partition, LIMIT).unwrap();
            let mut from = TopicPartitionList::new();
            from.add_partition_offset(&self.name, partition, Offset::Offset(low)).unwrap();
            consumer.assign(&from).unwrap();
            let mut next = low;
            while next < high {
                assert!(Instant::now() < deadline, "partition {partition} is not read to its end");
                // While a broker comes back there are errors before there are messages.
                let Some(Ok(message)) = consumer.poll(Duration::from_millis(100)) else { continue };
                next = message.offset() + 1;
                let headers = message.headers().expect("every message has headers").iter();
                all.push(Read {
                    partition,
                    key: text(message.key()),
                    value: message.payload().expect("no message is a tombstone").to_vec(),
                    headers: headers.map(|header| (header.key.to_owned(), text(header.value))).collect(),
                    sent: message.timestamp().to_millis().unwrap(),
                });
            }
        }
        all
    }
}

fn text(bytes: Option<&[u8]>) -> String {
    String::from_utf8(bytes.unwrap().to_vec()).unwrap()
}

/// So many words that hardly compress.
pub(crate) fn noise(words: usize) -> String {
    (0..words).map(|_| format!("{:x}", RandomState::new().hash_one(0))).collect()
}
