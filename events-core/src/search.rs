//! Finding events: what every store answers.

use std::{future::Future, pin::Pin, time::Duration};

use bytes::Bytes;

use crate::{
    acl::Visibility,
    event::{Event, InvalidEvent, redacted},
    id::EventId,
    identity::Viewer,
    query::{Cursor, Filter, Query},
    timestamp::{Month, Timestamp},
};

mod comparison;
mod counts;
mod dates;
mod examined;
mod expression;
mod field;
mod invalid_filter;
mod lower;
mod metric;
mod number;
mod order;
mod parse;
mod shape;
mod values;
mod word_query;

pub use comparison::Comparison;
pub use counts::Counts;
pub(crate) use examined::Examined;
pub use expression::FilterExpression;
pub use field::{Field, FieldKind};
pub use invalid_filter::InvalidFilter;
pub use metric::{Figure, Measured, Measurement, Metric, UnknownMetric};
pub use number::Number;
pub use order::{Direction, First, Order, Rank};

/// A boxed future, as the object-safe traits of this crate return it.
pub type BoxFuture<'f, T> = Pin<Box<dyn Future<Output = T> + Send + 'f>>;

/// A store that finds events: SQLite, memory, Elasticsearch.
///
/// A search sees every acknowledged event and none that could still vanish. The ACL is applied inside
/// the store: what a viewer may not see is neither found nor counted. All futures are cancel-safe. One that does not notice
/// that its time is up is dropped by the [`EventManager`](crate::EventManager) 3 s later.
pub trait Search: Send + Sync + 'static {
    /// One event by its id; none where there is none that `viewer` sees. Where there was no time to look, that is an error.
    fn get<'s>(
        &'s self,
        id: EventId,
        viewer: &'s Viewer,
        within: Option<Duration>,
    ) -> BoxFuture<'s, Result<Option<Found>, SearchError>>;

    /// A page of events, in the order that is asked for; newest first by (`timestamp`, `id`) where none is.
    fn search<'s>(&'s self, query: &'s Query) -> BoxFuture<'s, Result<Page, SearchError>>;

    /// How many events the filter finds, exactly.
    fn count<'s>(
        &'s self,
        filter: &'s Filter,
        viewer: &'s Viewer,
        within: Option<Duration>,
    ) -> BoxFuture<'s, Result<Count, SearchError>>;

    /// Counts by the values of an attribute, of the events that the filter finds.
    fn aggregate<'s>(&'s self, aggregation: &'s Aggregation) -> BoxFuture<'s, Result<Buckets, SearchError>>;

    /// A figure about the values of an attribute, of the events that the filter finds.
    fn measure<'s>(&'s self, measurement: &'s Measurement) -> BoxFuture<'s, Result<Measured, SearchError>> {
        Box::pin(metric::measure(self, measurement))
    }

    /// The partitions, oldest first.
    fn partitions(&self) -> BoxFuture<'_, Result<Vec<Partition>, SearchError>>;
}

/// An event that a search found, and how much of it the viewer may read.
#[derive(Clone, Debug)]
pub struct Found {
    document: Bytes,
    visibility: Visibility,
}

impl Found {
    /// Of a stored document; it is redacted when it is read.
    pub fn new(document: Bytes, visibility: Visibility) -> Self {
        Self { document, visibility }
    }

    /// How much the viewer sees.
    pub fn visibility(&self) -> Visibility {
        self.visibility
    }

    /// The document as the viewer may read it, JSON.
    ///
    /// # Errors
    /// The stored document is damaged.
    pub fn document(&self) -> Result<Vec<u8>, InvalidEvent> {
        Ok(redacted(&self.document, self.visibility)?.into_owned())
    }

    /// The stored bytes, whatever the viewer may see of them: for stores, relays and exports. They may be a slice of up to
    /// 32 KiB, which stay in memory as long as a clone of them does.
    pub fn stored(&self) -> &Bytes {
        &self.document
    }

    /// The event, whole. For programs: show people [`Found::document`].
    ///
    /// # Errors
    /// The stored document is damaged.
    pub fn event(&self) -> Result<Event, InvalidEvent> {
        Event::from_document(&self.document)
    }
}

/// A page of a search.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// The events, in their order.
    pub events: Vec<Found>,
    /// Where the next page goes on, [`after`](Query::after) it and without an offset; none when this was the last, and
    /// where another order was asked for. None too where the time limit cut the page before anything was looked at or the
    /// offset was through, or while a server was answering: ask again, for longer.
    pub next: Option<Cursor>,
    /// Whether the time limit cut the search: there may be more than the page says.
    pub cut: bool,
    /// Whether the next event, of which the page has room, would have made it more than [`Query::bytes`]. It begins the
    /// page that goes on at `next`; in another order, it is the first one behind `offset` and the events of this page.
    /// In another order also where its events have more text to be compared than is kept: without any event, the offset
    /// reaches no further.
    pub full: bool,
    /// Stored events that cannot be read at all: nobody knows whether they belong here.
    pub unreadable: u64,
}

/// Events that hang together: the tree of a root, the children of an event.
#[derive(Clone, Debug, Default)]
pub struct Related {
    /// The events, oldest first.
    pub events: Vec<Found>,
    /// Whether a limit cut it, of time, bytes or events. The oldest may be missing then; newer ones too, where time was
    /// up for a store that looks in several places at once, as Elasticsearch does.
    pub cut: bool,
    /// Stored events that cannot be read at all: nobody knows whether they belong here.
    pub unreadable: u64,
}

/// A count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// How many.
    pub events: u64,
    /// Whether the time limit cut it: there are at least that many.
    pub cut: bool,
    /// Stored events that cannot be read at all: nobody knows whether they belong here.
    pub unreadable: u64,
}

/// What to count by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aggregation {
    /// Of which events.
    pub filter: Filter,
    /// Through whose eyes. An event of which `attribute` is hidden counts nowhere.
    pub viewer: Viewer,
    /// By the values of which attribute.
    pub by: Field,
    /// At most this many buckets, the largest first, ties by value.
    pub size: usize,
    /// How long it may take; the store's default where none.
    pub within: Option<Duration>,
}

/// Counts by value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Buckets {
    /// Value and count: the largest first, ties by value.
    pub buckets: Vec<(String, u64)>,
    /// How many different values there are in all.
    pub distinct: u64,
    /// How many values were counted in all: an event counts once for each of its own.
    pub values: u64,
    /// Whether the time limit cut it.
    pub cut: bool,
    /// Whether there are more values than have room while they are counted: it may not be of all events then, and more
    /// time does not help.
    pub full: bool,
    /// Stored events that cannot be read at all: nobody knows whether they belong here.
    pub unreadable: u64,
}

/// The events of a month, by the time in their ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Partition {
    /// The month.
    pub month: Month,
    /// How many events it holds.
    pub events: u64,
    /// The smallest `timestamp` in it.
    pub first: Timestamp,
    /// The largest `timestamp` in it.
    pub last: Timestamp,
}

/// Why a search gave no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SearchError {
    /// The store cannot be read.
    #[error("the store cannot be read: {0}; see the log of the store [EVT120]")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A stored document is damaged.
    #[error(transparent)]
    Damaged(#[from] InvalidEvent),
    /// The query asks for what the store cannot do.
    #[error("the query cannot be answered: {0} [EVT121]")]
    Unsupported(String),
    /// The store has too much to do, and gave it up. Asked again, it may be answered.
    #[error("the search was not done, {0}: ask again in a moment [EVT122]")]
    Busy(&'static str),
}

impl SearchError {
    /// Of an error of the store underneath.
    pub fn unavailable(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Unavailable(error.into())
    }
}
