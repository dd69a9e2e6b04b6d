//! The event resource over real connections, as existing clients use it.

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
