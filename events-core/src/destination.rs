//! Where a relay delivers events to.

use crate::{journal::Sequenced, search::BoxFuture};

/// A server that takes events: Elasticsearch, Kafka, another store.
///
/// Batches come in the order of the journal, at least once each. An implementation is idempotent by id:
/// [`conformance::destination`](crate::conformance::destination) says in code what it promises.
pub trait Destination: Send + Sync + 'static {
    /// How configuration, metrics and messages name it: `elasticsearch`.
    fn name(&self) -> &str;

    /// Delivers a batch; answers for each event, in order. Cancelled, it has delivered any part.
    fn deliver<'d>(&'d self, batch: &'d [Sequenced]) -> BoxFuture<'d, Vec<Delivery>>;
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
