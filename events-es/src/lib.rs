//! Elasticsearch for `events`: a destination of relays, and search in what they delivered. OpenSearch works
//! just as well.

mod aggregate;
mod backoff;
mod bulk;
mod clause;
mod client;
mod deliver;
mod destination;
mod detail_types;
mod document;
mod filter;
mod handle;
mod keeper;
mod layout;
mod lease;
mod mapping;
mod never_fits;
mod open_operations;
mod open_there;
mod options;
mod point_in_time;
mod presence;
mod request;
mod search;
mod setup;
mod sweep;
mod watch;
mod worker;

pub use handle::Elasticsearch;
pub use options::{ConnectError, Options, Refresh};
