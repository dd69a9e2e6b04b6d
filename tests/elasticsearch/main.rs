//! What is recorded in journals of several processes, on one Elasticsearch.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod cut;
#[path = "../fleet/mod.rs"]
mod fleet;
mod leases;
mod other_process;
mod place;
mod relaying;
mod rights;
