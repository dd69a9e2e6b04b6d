//! The model of an audit event and the life of an operation. No database, no server.
//!
//! Users depend on the facade crate `events`, which re-exports what is public here.

mod acl;
mod category;
pub mod conformance;
mod declaration;
mod destination;
mod event;
mod event_type;
mod href;
mod id;
mod identity;
mod journal;
mod json;
mod keys;
pub mod memory;
mod outcome;
mod query;
mod record;
mod refused;
mod search;
mod timestamp;

pub use acl::{Acl, Lookup, Right, Visibility};
pub use category::{Category, CategoryRef, Severity};
pub use declaration::{
    CategoryDeclaration, CategorySpec, Deferred, DetailField, EventDeclaration, EventKind, EventSpec, Location,
    MessagePart, NestedFailure, PayloadChoice, Registration, ResourceDeclaration, ResourceSpec,
};
pub use destination::{Delivery, Destination};
pub use event::{AboutResource, Event, InvalidEvent, Phase, name, redacted};
pub use event_type::{EventType, InvalidEventType};
pub use href::{AnyHref, Designates, Href, InvalidHref, Resource, Untyped};
pub use id::{EventId, InvalidEventId, ProcessId};
pub use identity::{Caller, Claim, InvalidClaim, Viewer};
pub use journal::{AppendError, Appended, Entry, EntryKind, Journal, JournalError, OpenOperation, Seq, Sequenced};
pub use keys::{Attribute, Key, Keys, Viewers, words};
pub use outcome::{Ending, Failure, Outcome, Reason, Refusable};
pub use query::{Cursor, Filter, InvalidCursor, Query};
pub use record::{Details, Object, Plain, Record, Recorder, plain};
pub use refused::{Refused, RefusedKind};
pub use search::{Aggregation, BoxFuture, Buckets, Count, Found, Page, Partition, Search, SearchError};
pub use timestamp::{InvalidTimestamp, Month, Timestamp};
