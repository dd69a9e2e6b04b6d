//! A Kafka topic as a destination of `events`: in order per key, nothing lost, for old and new consumers.
//!
//! ```no_run
//! use events_core::{EventManager, memory::MemoryStore};
//! use events_kafka::KafkaTopic;
//!
//! let manager = EventManager::builder(MemoryStore::new())
//!     .relay_to(KafkaTopic::connect("localhost:9092", "event")?)
//!     .build()?;
//! # let _ = manager;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What consumers find
//!
//! One message for each event. Its value is the event's document with the older view appended
//! ([`with_older_view`](events_core::with_older_view)), its headers are those of CloudEvents' Kafka binding in
//! binary mode (`ce_id`, `ce_source`, `ce_specversion`, `ce_type`, `ce_time`, `ce_subject`, `content-type`), its
//! key is the root of the event, so that the events of one operation, and of all that happened inside it, are in
//! one partition and in order ([`Options::key`] chooses others). Keys go to partitions as Java's producers send
//! them. The time of a message is when it was sent; when the event happened stands in the event: a topic's
//! retention must not drop what is delivered late.
//!
//! # What is promised
//!
//! Every event is there, and there once, also when brokers die: the producer is idempotent, waits for all in-sync
//! replicas and never gives up on a message. The first appearances of the events of one key are in the order of the
//! journal. What the broker refuses for good, such as a message larger than the topic allows, becomes a dead
//! letter, and nothing else does for its sake; finding it out takes a second or more.
//!
//! A process that is killed, or a producer that loses its session, leaves open what the brokers have taken of its
//! last messages. What that may be stands behind a *landmark*: offsets that are kept with the position of the
//! relay, at least ten times a second while it moves; partitions that the relay writes little to follow every ten
//! seconds while it moves. Before anything is sent again, the topic is read from there
//! to its end, for at least a second, and an event whose id (`ce_id`) is found is not sent. So any number of
//! processes may share a topic, partitions may be added, and retention may drop what was there; a topic that is
//! made again is read from its beginning. After a clean end nothing is read.
//!
//! # What may be there twice after all
//!
//! In these cases; consumers that must not do a thing twice drop the ids that they know. It is the same bytes: an
//! event is told from others by its id alone, so what is found under its id, whoever wrote it, is taken for it.
//!
//! - A request of the process that is gone reaches the brokers, or a message of it all in-sync replicas, more than
//!   a second after its successor began to read.
//! - There are over 1,000,000 messages behind the landmark, and no more are read: others wrote them while this relay
//!   delivered little or nothing, or the position could not be kept for long because its disk was full.
//! - A topic is made again under its old name and grows beyond the landmark before the relay has kept another.
//! - The position is lost with `relays.db` while the journal is not, or the journal alone is an older copy.
//! - The position is there without a landmark: it was kept by a version that had none, or for another topic. A
//!   warning says so.
//! - A process is killed, or a producer loses its session, while dead letters are delivered again, and they are
//!   delivered again once more.
//! - The topic may only be written to ([`Options::write_only`]).
//!
//! # Why no transactions
//!
//! A transaction for each batch, with the position of the relay in it, would be exactly once for consumers that read
//! what is committed only. Others, and by default those of Java are, would find what a killed process had sent as
//! well as what its successor sends. It needs a coordinator and rights on a transactional id, costs round
//! trips with each batch, and consumers wait for its end. Looking costs nothing while all is well, a tenth of a second
//! at a start, and after a crash a second and what reading takes: the topic is read from the landmark on, whoever wrote
//! there. Every consumer finds the same.
//!
//! # Security
//!
//! librdkafka is compiled in without TLS. A program that needs it asks for it in its own `Cargo.toml`,
//! `rdkafka = { version = "0.39", features = ["ssl"] }`, and sets the properties:
//!
//! ```no_run
//! use events_kafka::Options;
//!
//! # let password = String::new();
//! let topic = Options::new()
//!     .property("security.protocol", "SASL_SSL")
//!     .property("sasl.mechanism", "SCRAM-SHA-512")
//!     .property("sasl.username", "events")
//!     .property("sasl.password", password)
//!     .connect("kafka-1:9093,kafka-2:9093", "event")?;
//! # let _ = topic;
//! # Ok::<(), events_kafka::ConnectError>(())
//! ```
//!
//! The values of properties are never logged and stand in no message.

mod check;
mod ends;
mod error;
mod key;
mod landmarks;
mod message;
mod once;
mod options;
mod reading;
mod report;
mod session;
mod topic;

pub use error::ConnectError;
pub use key::Key;
pub use options::Options;
pub use topic::KafkaTopic;
