//! Where relays deliver events to.

use std::sync::Arc;

use crate::{
    journal::{Seq, Sequenced},
    registry::Registry,
    search::{BoxFuture, Search},
    source::Source,
};

/// A server that takes events: Elasticsearch, Kafka, another store.
///
/// Batches come in the order of the journal, at least once each. An implementation is idempotent by id:
/// [`conformance::destination`](crate::conformance::destination) says in code what it promises.
///
/// Only the events that are answered with [`Delivery::Retry`] come again, in their order. Where the order of
/// events matters, those that must not overtake one that cannot be taken now are answered so too.
///
/// The futures are polled by a thread of this destination alone, which has timers and no I/O driver: an
/// implementation that needs one brings a runtime of its own. One that panics, or goes beyond
/// [`Limits::delivery`](crate::Limits::delivery), is dropped and the batch delivered again; a call that
/// blocks is never interrupted, and holds up this destination.
pub trait Destination: Send + Sync + 'static {
    /// How configuration, metrics and messages name it: `elasticsearch`. Its position in the journal is kept
    /// under this name.
    fn name(&self) -> &str;

    /// What keeps these declarations from being delivered there, whatever is tried: two event types that
    /// give one detail different types. Asked before anything starts; each names both places.
    fn problems(&self, registry: &Registry) -> Vec<String> {
        let _ = registry;
        Vec::new()
    }

    /// Gets the server ready: templates, topics. Called before the first delivery, and again until it
    /// succeeds. Cancel-safe.
    ///
    /// # Errors
    /// See [`NotReady`].
    fn prepare<'d>(&'d self, source: &'d Source) -> BoxFuture<'d, Result<(), NotReady>> {
        let _ = source;
        Box::pin(async { Ok(()) })
    }

    /// Delivers a batch; answers for each event, in order. Cancelled, it has delivered any part.
    fn deliver<'d>(&'d self, batch: &'d [Sequenced]) -> BoxFuture<'d, Vec<Delivery>>;

    /// Where, in words of its own, the events behind a number stand there or will stand; none where it has nothing
    /// to say of that number. For a destination that cannot find an event by its id, to look there for what
    /// was sent by a process that died before its position was kept.
    ///
    /// Asked each time a position is kept, of that position: everything through it is confirmed, or a dead letter.
    /// Kept behind it, so the last one that was kept ([`Source::resumption`]) is never about a later number.
    fn landmark(&self, behind: Seq) -> Option<String> {
        let _ = behind;
        None
    }

    /// How large batches are, and how many may be under way at once.
    fn batches(&self) -> Batches {
        Batches::default()
    }

    /// Searching what was delivered, where that can be searched.
    fn search(&self) -> Option<Arc<dyn Search>> {
        None
    }

    /// Ends background work. Called once, after the last delivery, on the thread that delivered.
    fn close(&self) {}
}

/// A shared destination is a destination.
impl<D: Destination + ?Sized> Destination for Arc<D> {
    fn name(&self) -> &str {
        (**self).name()
    }

    fn problems(&self, registry: &Registry) -> Vec<String> {
        (**self).problems(registry)
    }

    fn prepare<'d>(&'d self, source: &'d Source) -> BoxFuture<'d, Result<(), NotReady>> {
        (**self).prepare(source)
    }

    fn deliver<'d>(&'d self, batch: &'d [Sequenced]) -> BoxFuture<'d, Vec<Delivery>> {
        (**self).deliver(batch)
    }

    fn landmark(&self, behind: Seq) -> Option<String> {
        (**self).landmark(behind)
    }

    fn batches(&self) -> Batches {
        (**self).batches()
    }

    fn search(&self) -> Option<Arc<dyn Search>> {
        (**self).search()
    }

    fn close(&self) {
        (**self).close();
    }
}

/// How events are grouped for a destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Batches {
    /// Events in one batch at most.
    pub events: usize,
    /// Bytes in one batch at most, beside a first event of any size.
    pub bytes: usize,
    /// Batches that may be under way at once. One where the order of events matters.
    pub in_flight: usize,
}

impl Default for Batches {
    fn default() -> Self {
        Self { events: 500, bytes: 4 << 20, in_flight: 1 }
    }
}

/// Why a destination cannot take events.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotReady {
    /// It cannot be reached, or is starting: tried again until it can. The journal keeps what waits for it.
    #[error("{0}")]
    Later(String),
    /// Somebody has to mend its set-up first: found at start-up, the manager is not built.
    #[error("{0}")]
    Misconfigured(String),
}

/// What became of a delivered event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// Stored there now.
    Stored,
    /// The same bytes were there before.
    AlreadyThere,
    /// Not now: try again later.
    Retry {
        /// Why.
        reason: String,
    },
    /// Never: the event goes to the dead letters, the next ones go on.
    Rejected {
        /// Why.
        reason: String,
    },
}
