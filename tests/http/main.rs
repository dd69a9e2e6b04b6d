//! The event resource over real connections, as existing clients use it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod bounds;
mod changing;
mod client;
mod closing;
mod elsewhere;
mod following;
mod layer;
mod one;
mod posting;
mod searching;
mod server;
mod slow;
