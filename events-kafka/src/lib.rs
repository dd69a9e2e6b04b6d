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
//! Every event is there at least once, and within one life of the producer exactly once, also when brokers die:
//! the producer is idempotent, waits for all in-sync replicas and never gives up on a message. After the
//! recording process was restarted the last events may be there twice, with the same bytes: consumers drop
//! those whose id they know. The first appearances of the events of one key are in the order of the journal.
//! What the broker refuses for good, such as a message larger than the topic allows, becomes a dead letter, and
//! nothing else does for its sake.
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
mod error;
mod key;
mod message;
mod options;
mod report;
mod session;
mod topic;

pub use error::ConnectError;
pub use key::Key;
pub use options::Options;
pub use topic::KafkaTopic;
