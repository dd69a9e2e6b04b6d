//! Real servers for tests: Elasticsearch, OpenSearch, Kafka.
//!
//! `cargo xtask test` starts one of each [`Kind`] and says where it is in the variable of that kind; tests ask
//! here. A test that kills, blocks or floods a server starts a [`Disposable`] one of its own.
//!
//! ```no_run
//! use events_test_servers::{Disposable, elasticsearch, kafka};
//!
//! for (name, url) in elasticsearch() {
//!     // … the test, once against each …
//! }
//! let Some(brokers) = kafka() else { return };
//! let Some(mut own) = Disposable::elasticsearch(&[("thread_pool.write.queue_size", "2")]) else { return };
//! own.kill();
//! own.restart();
//! ```
//!
//! Without servers no test passes silently. It fails and says what to do; only where
//! [`WITHOUT_SERVERS`] leaves a server out, as `cargo xtask test --without-servers` does, it prints what is not
//! tested and ends.
//!
//! Servers come from Maven once and stay in a folder that all clones on a machine share. They run as an
//! unprivileged user, listen on 127.0.0.1 only, on free ports, with small heaps, each in a folder of its own.
//! Whatever becomes of the process that holds one, the server does not outlive it.

mod account;
mod ask;
mod cache;
mod elasticsearch;
mod guard;
mod installation;
mod java;
mod kafka;
mod kind;
mod left;
mod lookup;
mod maven;
mod ports;
mod ready;
mod run_folder;
mod server;

pub use ask::ask;
pub use installation::{Installation, Lack};
pub use kind::Kind;
pub use left::{Left, left_running, sweep};
pub use lookup::{WITHOUT_SERVERS, elasticsearch, kafka};
pub use server::Disposable;
