//! What happens to servers, under load, and that nothing is lost by it.
//!
//! Two API servers record and deliver to an Elasticsearch and to a Kafka topic, one of them with
//! `Ack::Delivered`; some dozens of clients call their handlers. Then something goes wrong, lasts, and is
//! over; the clients go on all the time. In the end everything is read back past the framework: whatever was
//! acknowledged is in the journal; the journal's events are in Elasticsearch and in the topic, the same
//! bytes, once each; and in the topic the events of every key are in the order of the journal.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on fails, and says how far it came"
)]

#[path = "../../fleet/mod.rs"]
mod fleet;
#[path = "../../index/mod.rs"]
mod index;
#[path = "../../../events-kafka/tests/topics/mod.rs"]
mod topics;

// The harness: servers, an API server, its load, what strikes it, and the proof.
mod load;
mod place;
mod proof;
mod scene;
mod servers;

// What goes wrong.
mod away;
mod cut;
mod full_disk;
mod killed;
mod poison;
mod refusing;
