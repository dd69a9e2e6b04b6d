//! The embedded store of `events`: a SQLite journal and sealed, indexed segments.
//!
//! An event is durable in the journal first, a SQLite file (`journal.db`, one row for each group of events
//! that were committed together). The newest few thousand events are also in memory, where searches find
//! them from the moment they are acknowledged. A thread seals the oldest of them, 4,096 at a time, into
//! *segments*: immutable files, a folder for each month (`segments/2026-11/00000042.segment`), with the
//! documents packed and a posting list for every key. Another thread merges sixteen segments into one.
//!
//! A segment is valid once the journal says so. That registration and the removal of its events from the
//! journal are one transaction, so after a crash at any moment every event is in exactly one place. Files
//! that the journal does not know are removed at the next start only where their events stand elsewhere.
//!
//! Segments are plain files and not SQLite ones because nothing in them ever changes: each byte is written
//! once instead of twice (log and table), a search reads with one system call what it needs, damage stays
//! in one segment, and dropping a month is removing a folder's files.
//!
//! ```
//! use events_core::{Journal, Query, Viewer};
//! use events_sqlite::SqliteStore;
//!
//! # let folder = tempfile::tempdir()?;
//! # let folder = folder.path();
//! # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
//! let store = SqliteStore::open(folder)?;
//! let page = store.search().search(&Query::new(Viewer::admin()).event_type("nuvlabox.reboot")).await?;
//! assert!(page.events.is_empty() && page.next.is_none());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod block;
mod bloom;
mod bookmarks;
mod checksum;
mod codec;
mod deadline;
mod delays;
mod derive_ahead;
mod error;
mod evaluate;
mod event_keys;
mod find;
mod findings;
mod footer;
mod in_order;
mod journal_file;
mod journal_row;
mod key_hash;
mod lane;
mod limit;
mod lock;
mod merge;
mod open_files;
mod options;
mod own_id;
mod packing;
mod part;
mod place;
mod pool;
mod positions;
mod posting;
mod postings;
mod question;
mod read;
mod reader;
mod reading;
mod recent;
mod rice;
mod seal;
mod searcher;
mod segment;
mod segment_writer;
mod shared;
mod startup;
mod step;
mod store;
mod tables;
mod tail;
mod thread;
mod unregistered;
mod values;
mod writer;

pub use options::Options;
pub use reader::SqliteReader;
pub use step::Step;
pub use store::SqliteStore;
