//! The model of an audit event and the life of an operation. No database, no server.
//!
//! Users depend on the facade crate `events`, which re-exports what is public here.

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
mod acknowledgement;
mod acl;
mod alarm;
#[doc(hidden)]
pub mod asked;
mod bookmarks;
mod builder;
mod category;
mod checks;
mod clock;
mod closing;
pub mod conformance;
mod context;
pub mod crud;
mod current;
mod declaration;
mod deferred;
mod guard;
mod spare;
mod spec_builder;
// Hidden modules are public so that what the compiler says about them has a short path.
#[doc(hidden)]
pub mod demands;
mod destination;
mod details;
mod direct;
mod directory;
mod document;
#[doc(hidden)]
pub mod drive;
mod emit;
mod event;
mod event_type;
#[doc(hidden)]
pub mod fits;
mod from_text;
mod href;
mod id;
mod identity;
mod journal;
mod json;
mod keeper;
mod key_source;
mod keys;
mod limits;
mod manager;
pub mod memory;
mod metrics;
mod older_view;
mod opaque;
mod open_slot;
mod opening;
mod operation;
mod outcome;
mod own_first;
mod payload_room;
mod plan;
mod policy;
mod policy_change;
mod posted;
mod prepare;
mod query;
mod queue;
mod receipt;
mod record;
mod refused;
mod registry;
mod relay;
mod room;
mod said;
mod scratch;
mod search;
mod searching;
mod source;
mod sweeper;
mod tail;
pub mod testing;
mod thread;
mod timeout;
mod timestamp;
mod trail;
mod wake;
mod words;
mod writer;

pub use acknowledgement::Ack;
pub use acl::{Acl, Lookup, Right, Viewers, Visibility};
pub use bookmarks::{Bookmarks, DeadLetter, JournalIdentity, Position};
pub use builder::Builder;
pub use bytes::Bytes;
pub use category::{Category, CategoryRef, Severity};
pub use clock::{Clock, ManualClock, SystemClock};
pub use context::{Context, FirstOperation};
pub use current::{Scoped, carried, scope, spawn};
pub use declaration::{
    CategoryDeclaration, CategorySpec, Deferred, DetailField, EventDeclaration, EventKind, EventSpec, Location,
    MessagePart, NestedFailure, PayloadChoice, Registration, ResourceDeclaration, ResourceSpec,
};
pub use deferred::{CloseError, Closed, Closing};
pub use destination::{Batches, Delivery, Destination, NotReady};
pub use direct::{EventDetails, EventFor, Links};
pub use directory::ResourceDirectory;
pub use emit::{Emit, emit};
pub use event::{AboutResource, Event, InvalidEvent, Phase, name, redacted};
pub use event_type::{EventType, InvalidEventType};
pub use href::{AnyHref, Designates, Href, InvalidHref, Resource, Untyped};
pub use id::{EventId, InvalidEventId, ProcessId};
pub use identity::{Caller, Claim, InvalidClaim, Viewer};
pub use journal::{AppendError, Appended, Entry, EntryKind, Journal, JournalError, OpenOperation, Seq, Sequenced};
pub use key_source::KeySource;
pub use keys::{Attribute, Key, Keys};
pub use limits::Limits;
pub use manager::EventManager;
pub use metrics::Metrics;
pub use older_view::with_older_view;
pub use operation::Operation;
pub use outcome::{Ending, Failure, Outcome, Reason, Refusable};
pub use policy::{Outcomes, Policy, PolicyError};
pub use policy_change::PolicyChangeError;
pub use posted::{PostError, Posted};
pub use query::{Cursor, Filter, InvalidCursor, Query};
pub use record::{Details, Object, Plain, Record, Recorder, plain};
pub use refused::{Refused, RefusedKind};
pub use registry::{InstallError, Problem, Registry};
pub use relay::{RelayError, RelayState, RelayStatus, Replayed};
pub use room::Room;
pub use search::{
    Aggregation, BoxFuture, Buckets, Comparison, Count, Counts, Direction, Field, FieldKind, Figure, FilterExpression,
    First, Found, InvalidFilter, Measured, Measurement, Metric, Number, Order, Page, Partition, Rank, Related, Search,
    SearchError, UnknownMetric,
};
pub use source::{Resumption, Source};
pub use tail::{Followed, Tail, TailError};
pub use timeout::{Elapsed, Timeout, timeout};
pub use timestamp::{InvalidTimestamp, Month, Timestamp};
pub use trail::{Style, Trail};
pub use words::words;
