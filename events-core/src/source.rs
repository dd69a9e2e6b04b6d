//! What a destination learns of the manager that relays to it.

use std::{fmt, sync::Arc, time::Duration};

use crate::{
    bookmarks::JournalIdentity,
    closing,
    event::{Event, InvalidEvent},
    id::ProcessId,
    journal::{Entry, EntryKind, JournalError, Seq},
    manager::Shared,
    opaque::{Opaque, WeakOpaque},
    outcome::{Ending, Reason},
    queue::{Item, Ticket},
    registry::Registry,
    said::Said,
};

/// The manager behind a relay, as its destinations may use it: to describe what comes, and to close what
/// other processes left open at the same destination.
///
/// Does not keep the manager alive: what is asked after its end is answered with none.
#[derive(Clone)]
pub struct Source {
    manager: WeakOpaque<Shared>,
    registry: Registry,
    process: ProcessId,
    lease: Duration,
    resumption: Resumption,
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").field("process", &self.process).field("lease", &self.lease).finish_non_exhaustive()
    }
}

/// Where a relay goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Resumption {
    /// Everything through this event is delivered, or a dead letter.
    pub through: Seq,
    /// The newest event that an earlier process, or an earlier life of this relay, may have delivered.
    pub recorded: Seq,
    /// What the destination said last of [where it is](crate::Destination::landmark): of `through`, or of an
    /// earlier number.
    pub landmark: Option<String>,
}

impl Source {
    pub(crate) fn of(shared: &Opaque<Shared>, resumption: Resumption) -> Self {
        Self {
            manager: shared.downgrade(),
            registry: shared.registry().clone(),
            process: shared.process,
            lease: shared.limits.lease,
            resumption,
        }
    }

    /// What is declared.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// The id of the recording process, as its openings carry it.
    pub fn process(&self) -> ProcessId {
        self.process
    }

    /// How long a process may be silent before others close what it left open.
    pub fn lease(&self) -> Duration {
        self.lease
    }

    /// Where the relay goes on.
    pub fn resumption(&self) -> &Resumption {
        &self.resumption
    }

    /// The journal; none where the manager has stopped.
    ///
    /// # Errors
    /// The journal cannot be read. Cancel-safe.
    pub async fn journal(&self) -> Result<Option<JournalIdentity>, JournalError> {
        let Some(shared) = self.manager.upgrade() else { return Ok(None) };
        let job = shared.clone();
        shared.sweeper.run(move || job.journal.bookmarks().identity()).await.transpose()
    }

    /// The closing of an operation that a process which is gone left open, from its stored opening:
    /// `abandoned`, or `timeout` of a deferred one whose deadline has passed. None of a deferred one that may
    /// still be closed, and none where the manager has stopped.
    ///
    /// # Errors
    /// The opening is damaged.
    pub fn closing_of_the_dead(&self, opening: &[u8]) -> Result<Option<Entry>, InvalidEvent> {
        let Some(shared) = self.manager.upgrade() else { return Ok(None) };
        let now = shared.clock.now();
        let reason = match Event::from_document(opening)?.deadline {
            None => Reason::Abandoned,
            Some(deadline) if deadline <= now => Reason::Timeout,
            Some(_) => return Ok(None),
        };
        closing::of_stored(opening, &Ending::failed(reason), Said::default(), now).map(Some)
    }

    /// Records an event that this process made for another one, so that every relay of this process passes
    /// it on. It is stored sooner or later.
    pub fn adopt(&self, entry: Entry) {
        let Some(shared) = self.manager.upgrade() else { return };
        // Its opening is in the journal of the other process: here it stands alone.
        let entry = Entry { kind: EntryKind::Direct, ..entry };
        if shared.hand_over(Item::new(entry, Ticket::Kept(Arc::default()))) {
            shared.counters.swept.add(1);
        }
    }

    /// Keeps a true ending although a destination has another closing of its operation, `stored`, because it was
    /// closed there as `abandoned` or overdue: as an event of its own, which relays deliver.
    pub fn record_late_ending(&self, ending: &[u8], stored: &[u8]) {
        let Some(shared) = self.manager.upgrade() else { return };
        match closing::late_ending(ending, stored, shared.clock.now()) {
            Ok(Some(entry)) => {
                if shared.hand_over(Item::new(entry, Ticket::Kept(Arc::default()))) {
                    shared.counters.late_endings.add(1);
                }
            }
            Ok(None) => {}
            Err(error) => tracing::error!(%error, "an ending known late cannot be recorded"),
        }
    }
}
