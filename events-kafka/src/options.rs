//! How a topic is connected to.

use std::fmt;

use rdkafka::ClientConfig;

use crate::{error::ConnectError, key::Key, topic::KafkaTopic};

/// Settings of a topic; the defaults suit most.
///
/// ```no_run
/// use events_kafka::{Key, Options};
///
/// let topic = Options::new().name("kafka-eu").key(Key::Resource).connect("localhost:9092", "event")?;
/// # let _ = topic;
/// # Ok::<(), events_kafka::ConnectError>(())
/// ```
#[derive(Clone)]
pub struct Options {
    pub(crate) name: String,
    pub(crate) key: Key,
    pub(crate) source: String,
    pub(crate) write_only: bool,
    properties: Vec<(String, String)>,
}

/// Names properties without their values.
impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, key, source, write_only, properties } = self;
        let properties: Vec<&str> = properties.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Options")
            .field("name", name)
            .field("key", key)
            .field("source", source)
            .field("write_only", write_only)
            .field("properties", &properties)
            .finish()
    }
}

impl Default for Options {
    fn default() -> Self {
        Self::new()
    }
}

impl Options {
    /// The defaults.
    pub fn new() -> Self {
        let (name, source) = ("kafka".to_owned(), "/api".to_owned());
        Self { name, key: Key::Root, source, write_only: false, properties: Vec::new() }
    }

    /// How configuration, metrics and messages name this destination, `kafka` by default. Several topics need
    /// several names: how far a relay is, is kept under it.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// What the key of a message is; by default the root of the event.
    pub fn key(mut self, key: Key) -> Self {
        self.key = key;
        self
    }

    /// What `ce_source` begins with, `/api` by default; the resource type follows: `/api/nuvlabox`.
    pub fn source(mut self, source: impl Into<String>) -> Self {
        self.source = source.into();
        self
    }

    /// Never reads the topic, for a user who may only write to it. After a process was killed while it
    /// delivered, or a producer lost its session, the last events may be there twice; otherwise they are looked for
    /// first.
    pub fn write_only(mut self) -> Self {
        self.write_only = true;
        self
    }

    /// A property of librdkafka, such as `security.protocol` or `compression.type`.
    ///
    /// What the promises rest on cannot be changed: idempotence, acknowledgement by all replicas, no end to
    /// retries.
    pub fn property(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.properties.push((name.into(), value.into()));
        self
    }

    /// Makes the producer. It connects in the background: whether the brokers answer and have the topic is found
    /// when the manager is built.
    ///
    /// `brokers` is `host:port`, several with commas between them.
    ///
    /// # Errors
    /// No broker, no name of a topic, or a property that librdkafka refuses.
    pub fn connect(self, brokers: &str, topic: &str) -> Result<KafkaTopic, ConnectError> {
        if brokers.split(',').all(|broker| broker.trim().is_empty()) {
            return Err(ConnectError::NoBrokers);
        }
        if !is_topic(topic) {
            return Err(ConnectError::TopicName(topic.chars().take(80).collect()));
        }
        let configs = Configs { sending: self.sending(brokers), reading: self.reading(brokers) };
        KafkaTopic::new(self, brokers, topic, configs)
    }

    fn sending(&self, brokers: &str) -> ClientConfig {
        let mut config = ClientConfig::new();
        // As Java's producers place keys; a topic that others write to as well stays in order per key.
        config.set("partitioner", "murmur2_random");
        config.set("compression.type", "lz4");
        // A batch of the relay is handed over at once: there is nothing to wait for.
        config.set("linger.ms", "0");
        self.ask(&mut config, brokers);
        // From here on in spite of what was asked for.
        // The broker takes each message once, in order, and has it on all in-sync replicas before it says so.
        config.set("enable.idempotence", "true");
        config.set("acks", "all");
        // A message that could be given up could be overtaken. Who waits for it is told otherwise.
        config.set("message.timeout.ms", "0");
        // After a message set that is refused nothing of the same producer is sent any more, so that nothing
        // overtakes what stood in it.
        config.set("enable.gapless.guarantee", "true");
        config.set("batch.size", SET_BYTES.to_string());
        // A payload may be 10 MiB; what the topic takes is for the broker to say.
        config.set("message.max.bytes", (32 << 20).to_string());
        // One batch of the relay, or one event of any size.
        config.set("queue.buffering.max.messages", "20000");
        config.set("queue.buffering.max.kbytes", (64 << 10).to_string());
        config
    }

    /// Sets what was asked for, over what was set before.
    fn ask(&self, config: &mut ClientConfig, brokers: &str) {
        // A broker that is back is found soon; otherwise after up to ten seconds.
        config.set("reconnect.backoff.max.ms", "500");
        for (name, value) in &self.properties {
            config.set(name, value);
        }
        config.set("bootstrap.servers", brokers);
    }

    fn reading(&self, brokers: &str) -> ClientConfig {
        let mut config = ClientConfig::new();
        config.set("group.id", NO_GROUP);
        self.ask(&mut config, brokers);
        config.set("enable.auto.commit", "false");
        // Also where another producer has left a transaction open.
        config.set("isolation.level", "read_uncommitted");
        // Where retention has dropped what was to be read, the rest of it is.
        config.set("auto.offset.reset", "earliest");
        config.set("enable.partition.eof", "true");
        config.set("fetch.wait.max.ms", "50");
        // What is read and not looked at yet; a larger message comes all the same. What is sent has no say in it.
        config.set("message.max.bytes", "1000000");
        config.set("fetch.max.bytes", (8 << 20).to_string());
        config.set("queued.max.messages.kbytes", (16 << 10).to_string());
        config
    }
}

/// What librdkafka is told. Holds credentials.
pub(crate) struct Configs {
    /// Of who sends.
    pub(crate) sending: ClientConfig,
    /// Of who reads.
    pub(crate) reading: ClientConfig,
}

/// As a group that nobody is a member of, and that keeps no offsets. A user without rights on it reads all the same.
const NO_GROUP: &str = "events";

/// How large a message set is at most: the broker takes or refuses a whole set. A larger message is a set of its
/// own. With what compression leaves of it far below what topics take.
pub(crate) const SET_BYTES: usize = 64 << 10;

fn is_topic(name: &str) -> bool {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    (1..=249).contains(&name.len()) && name.bytes().all(legal) && name != "." && name != ".."
}
