//! Following the trail: events in the order of their numbers, as they are stored.
//!
//! The writer hands what it has stored to a window of the newest events in memory, which all tails look at: a new
//! event is read once, however many follow. Who is behind that window reads the journal until it has caught up, so a
//! slow reader costs no memory and misses nothing. A place in the trail is the number of an event, and holds across
//! restarts.

use std::{collections::VecDeque, fmt, sync::Arc};

use tokio::sync::watch;

pub(crate) use self::tails::Tails;
use self::{chunk::Chunk, tails::Live};
use crate::{
    identity::Viewer,
    journal::{JournalError, Seq},
    manager::EventManager,
    query::Filter,
    search::Found,
    wake::guarded,
};

mod chunk;
mod tails;
mod thread;

/// The events that a viewer sees and a filter finds, from a place in the trail on: [`EventManager::tail`].
///
/// ```
/// use events_core::{Caller, Context, EventManager, Filter, Posted, Viewer, memory::MemoryStore};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let manager = EventManager::builder(MemoryStore::new()).build()?;
/// let mut tail = manager.tail(Filter::everything(), Viewer::admin())?;
/// let jane = Context::new(Caller::user("user/jane")?);
/// let document = serde_json::json!({ "event-type": "backup.finished" });
/// let id = manager.post(Posted::new(document.as_object().cloned().unwrap_or_default()), &jane).await?;
/// let followed = tail.next().await?.expect("the manager runs");
/// assert_eq!(followed.event.event()?.id, id);
///
/// // Later, also after a restart, it goes on behind what was seen.
/// let again = manager.tail(Filter::everything(), Viewer::admin())?.after(followed.seq)?;
/// assert_eq!(again.passed(), followed.seq);
/// # Ok(())
/// # }
/// ```
pub struct Tail {
    live: Live,
    told: watch::Receiver<Progress>,
    filter: Filter,
    viewer: Viewer,
    /// Every event through this number was looked at.
    looked_at: Seq,
    /// What was found and is not given yet.
    found: VecDeque<Followed>,
}

impl fmt::Debug for Tail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tail").field("filter", &self.filter).field("passed", &self.passed()).finish_non_exhaustive()
    }
}

/// An event of a tail.
#[derive(Clone, Debug)]
pub struct Followed {
    /// Its number: where to go on behind it.
    pub seq: Seq,
    /// The event, as the viewer sees it.
    pub event: Found,
}

/// Why a tail cannot go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TailError {
    /// The place is one that the trail has not reached.
    #[error(
        "the trail ends at {newest}, so nothing can be followed behind {asked}: it is the place of another trail, follow \
         from now on [EVT181]"
    )]
    Ahead {
        /// What was asked for.
        asked: Seq,
        /// The newest event.
        newest: Seq,
    },
    /// Events are damaged, and the journal does not say where they end: nothing behind them can be followed from here.
    #[error(
        "the events from {from} on cannot be read, and the journal does not say how far ({damage}): follow from now on, \
         and search for what happened before [EVT183]"
    )]
    Damaged {
        /// The first of them.
        from: Seq,
        /// What the journal says.
        damage: String,
    },
    /// The journal cannot be read now; the tail may be asked again.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The manager records nothing, has ended its tails, or has stopped.
    #[error("this event manager does not record, there is nothing to follow [EVT182]")]
    Stopped,
}

/// How far the trail is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Progress {
    newest: Seq,
    /// What came last, for all who were not behind: nobody waits for the others to get it.
    latest: Option<Arc<Chunk>>,
    has_ended: bool,
}

/// What a tail came to.
enum Step {
    Looked,
    UpToDate,
    /// Nothing will come any more.
    Ended,
}

impl EventManager {
    /// Follows the trail from now on: every event that is stored from here on, that `filter` finds and `viewer` sees.
    ///
    /// It follows the journal, also where searches are made elsewhere. What a tail has not been asked for costs no
    /// memory: it is read again from the journal. Dropped, it ends.
    ///
    /// # Errors
    /// The manager records nothing, has [ended its tails](Self::end_tails), or has stopped.
    pub fn tail(&self, filter: Filter, viewer: Viewer) -> Result<Tail, TailError> {
        let shared = self.shared().ok_or(TailError::Stopped)?;
        let (live, told) = Tails::follow(shared)?;
        let looked_at = told.borrow().newest;
        Ok(Tail { live, told, filter, viewer, looked_at, found: VecDeque::new() })
    }
}

impl Tail {
    /// The same from behind a number on: where an earlier tail, in this process or another, stopped.
    ///
    /// # Errors
    /// There is no event with this number yet.
    pub fn after(mut self, seq: Seq) -> Result<Self, TailError> {
        let newest = self.told.borrow().newest;
        if seq > newest {
            return Err(TailError::Ahead { asked: seq, newest });
        }
        self.looked_at = seq;
        self.found.clear();
        Ok(self)
    }

    /// Everything through this number was given, or is not for this tail: where to go on.
    pub fn passed(&self) -> Seq {
        self.found.front().map_or(self.looked_at, |next| Seq(next.seq.0 - 1))
    }

    /// The next event. None once the manager has ended its tails or has stopped.
    ///
    /// What is damaged in the journal is passed over and logged, once, as is what retention has dropped.
    ///
    /// # Errors
    /// The journal cannot be read; asked again, it is tried again. [`TailError::Damaged`] will not pass. Cancel-safe:
    /// nothing is lost.
    pub async fn next(&mut self) -> Result<Option<Followed>, TailError> {
        loop {
            if let Some(followed) = self.found.pop_front() {
                return Ok(Some(followed));
            }
            match self.step().await? {
                // There may be many that are not for this tail, and others want to run.
                Step::Looked if self.found.is_empty() => tokio::task::yield_now().await,
                Step::Looked => {}
                Step::UpToDate if guarded(self.told.changed()).await.is_ok() => {}
                Step::UpToDate | Step::Ended => return Ok(None),
            }
        }
    }

    /// Reads what comes next, if that is stored already: where it cannot be followed, that shows now, before somebody
    /// relies on it.
    ///
    /// # Errors
    /// Those of [`next`](Self::next). Cancel-safe: nothing is lost.
    pub async fn check(&mut self) -> Result<(), TailError> {
        if self.found.is_empty() {
            self.step().await?;
        }
        Ok(())
    }

    /// Looks at some of the events that come next.
    async fn step(&mut self) -> Result<Step, TailError> {
        let next = self.looked_at.next();
        let Progress { newest, latest, has_ended } = self.told.borrow_and_update().clone();
        if next > newest {
            return Ok(if has_ended { Step::Ended } else { Step::UpToDate });
        }
        let latest = latest.filter(|chunk| chunk.covers(next));
        let chunk = match latest.or_else(|| self.live.recent(next)) {
            Some(chunk) => chunk,
            None if has_ended => return Ok(Step::Ended),
            None => match self.live.read(next).await {
                Ok(chunk) => chunk,
                Err(TailError::Stopped) => return Ok(Step::Ended),
                Err(error) => return Err(error),
            },
        };
        self.look_at(&chunk);
        Ok(Step::Looked)
    }

    fn look_at(&mut self, chunk: &Chunk) {
        for event in chunk.events.iter().filter(|event| event.seq > self.looked_at) {
            if let Some(visibility) = event.is_for(&self.filter, &self.viewer) {
                let found = Found::new(event.document.clone(), visibility);
                self.found.push_back(Followed { seq: event.seq, event: found });
            }
        }
        self.looked_at = self.looked_at.max(chunk.through);
    }
}
