//! A Kafka to measure, and a topic in it.

use std::{fmt, time::Duration};

use events::{EventId, KafkaTopic};
use events_test_servers::Kind;
use rdkafka::{
    ClientConfig, Message as _, Offset, TopicPartitionList,
    admin::{AdminClient, AdminOptions, NewTopic, TopicReplication},
    client::DefaultClientContext,
    consumer::{BaseConsumer, Consumer as _},
};
use serde::Deserialize;

use crate::{Result, servers::server::Server};

#[derive(Debug)]
pub(crate) struct Broker(Server);

impl Broker {
    /// The one that `KAFKA_BROKERS` points to; else one of our own.
    ///
    /// # Errors
    /// There is none.
    pub(crate) fn ready() -> Result<Self> {
        Ok(Self(Server::ready(&[Kind::Kafka])?))
    }

    fn config(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", self.0.address());
        config
    }

    fn admin(&self) -> Result<AdminClient<DefaultClientContext>> {
        Ok(self.config().create()?)
    }

    /// A new topic of one partition.
    pub(crate) async fn topic(&self) -> Result<Topic<'_>> {
        let name = format!("events-bench-{}", std::process::id());
        let topic = NewTopic::new(&name, 1, TopicReplication::Fixed(1));
        for made in self.admin()?.create_topics([&topic], &AdminOptions::new()).await? {
            made.map_err(|(name, why)| format!("topic {name} cannot be made: {why}"))?;
        }
        Ok(Topic { broker: self, name })
    }
}

impl fmt::Display for Broker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A topic; removed when this is dropped, which blocks.
#[derive(Debug)]
pub(crate) struct Topic<'b> {
    broker: &'b Broker,
    name: String,
}

/// What of a message is looked at.
#[derive(Deserialize)]
struct Value<'v> {
    #[serde(borrow)]
    id: &'v str,
}

impl Topic<'_> {
    pub(crate) fn connect(&self) -> Result<KafkaTopic> {
        Ok(KafkaTopic::connect(self.broker.0.address(), &self.name)?)
    }

    /// Who reads everything from the beginning on.
    pub(crate) fn consumer(&self) -> Result<Consumer> {
        let mut config = self.broker.config();
        let consumer: BaseConsumer = config.set("group.id", &self.name).set("enable.auto.commit", "false").create()?;
        let mut from = TopicPartitionList::new();
        from.add_partition_offset(&self.name, 0, Offset::Beginning)?;
        consumer.assign(&from)?;
        Ok(Consumer(consumer))
    }
}

impl Drop for Topic<'_> {
    fn drop(&mut self) {
        let removed = || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            let (admin, options) = (self.broker.admin()?, AdminOptions::new());
            runtime.block_on(admin.delete_topics(&[&self.name], &options))?;
            Result::Ok(())
        };
        if let Err(error) = removed() {
            eprintln!("  the topic `{}` may still be there: {error}", self.name);
        }
    }
}

pub(crate) struct Consumer(BaseConsumer);

impl Consumer {
    /// Blocks for the next event, but not long.
    pub(crate) fn next(&self) -> Result<Option<EventId>> {
        let Some(message) = self.0.poll(Duration::from_millis(100)) else { return Ok(None) };
        let message = message?;
        let value: Value<'_> = serde_json::from_slice(message.payload().unwrap_or_default())?;
        Ok(Some(value.id.parse()?))
    }
}
