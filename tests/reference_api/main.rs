//! What the reference API server records of each of its actions: the whole tree of events, who did it, who sees it; and
//! the same where it is refused. The routes of the example run in this process, over a store in memory.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "../../examples/api/main.rs"]
#[allow(dead_code, reason = "its `main` serves on a port; here its routes are called")]
mod api;

mod deployment;
mod deployment_set;
mod domain;
mod group;
mod infrastructure_service;
mod job;
mod module;
mod nuvlabox;
mod refused;
mod server;
mod session;
