//! Elasticsearch for `events`: a destination of relays, and search in what they delivered. OpenSearch works
//! just as well.
//!
//! ```no_run
//! use events_core::{EventManager, Query, Viewer, memory::MemoryStore};
//! use events_es::Elasticsearch;
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! // A journal goes first, whatever becomes of the server. In production: `SqliteStore::open("data/events")?`.
//! let manager = EventManager::builder(MemoryStore::new())
//!     .relay_to(Elasticsearch::connect("http://es-1:9200,http://es-2:9200")?)
//!     .search_in("elasticsearch")
//!     .build()?;
//! let page = manager.search(&Query::new(Viewer::admin()).event_type("nuvlabox.reboot.failed")).await?;
//! # let _ = page;
//! # Ok(())
//! # }
//! ```
//!
//! # What stands on the server
//!
//! An index for each month, `events-2026.11`, made from a template; the alias `events` stands for all of them. The
//! month is that of the event's id, so that an event has one index for ever and is there once however often it
//! is sent.
//!
//! A document is the event as it was recorded, byte for byte, and one object more at its end, `keys`. For
//! dashboards of your own: the fields of an event are indexed under their names (`event-type`, `resource.href`,
//! `authn-info.user-id`, `failure.reason`, …), details that are declared with a type that Elasticsearch knows
//! under `keys.details.<name>`, every other detail as `<length of the path>:<path>=<value>` in `keys.pairs`, the words of
//! name, message and tags in `keys.words`. `payload` and `resource.content` are kept and not indexed.
//!
//! # When it counts as delivered
//!
//! When the primary has it on disk (`index.translog.durability=request`). Searches see it within a second, or as
//! [`Refresh`] says; by its id it is found at once. A full queue, a blocked index, a server that is away, a missing
//! right: tried again until it works. What the server will never take goes to the dead letters of the relay.
//!
//! # Several processes on one server
//!
//! Each has a journal of its own, and a lease in `events-leases` that it renews three times while it holds. What a
//! process left open whose lease ran out is closed by another one, as `abandoned`. Clocks of different machines
//! are never compared, and a server that was away makes nobody dead. A journal whose folder was copied while its
//! process lives is found, and the copy delivers nothing.

mod aggregate;
mod at_once;
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
mod in_order;
mod keeper;
mod layout;
mod lease;
mod limit;
mod mapping;
mod never_fits;
mod open_operations;
mod open_there;
mod options;
mod point_in_time;
mod portion;
mod presence;
mod request;
mod search;
mod setup;
mod sign_of_life;
mod sweep;
mod watch;
mod worker;

pub use handle::Elasticsearch;
pub use options::{ConnectError, Options, Refresh};
