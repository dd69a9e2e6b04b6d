//! Dead letters: events that a destination refused, to be looked at, and delivered again or dropped.

use std::sync::{Arc, PoisonError};

use bytes::Bytes;

use super::{Relay, attempt::attempt, status::Progress};
use crate::{
    bookmarks::{Bookmarks, DeadLetter},
    destination::Delivery,
    id::EventId,
    journal::{JournalError, Seq, Sequenced},
    manager::{EventManager, Shared},
    opaque::Opaque,
    room::Room,
};

/// So many numbers are logged of those that somebody wanted dropped.
const LOGGED: usize = 100;

/// Why a relay could not be asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RelayError {
    /// No relay has this name.
    #[error("no relay is called `{name}`; there are: {} [EVT151]", .relays.join(", "))]
    NoRelay {
        /// The name.
        name: String,
        /// The names that there are.
        relays: Vec<String>,
    },
    /// What it remembers, or the journal, cannot be read or written.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// Something is to be delivered, and its destination has not been ready yet.
    #[error("relay `{0}` delivers nothing yet, its destination is not ready: see `EventManager::relays` [EVT155]")]
    NotReady(String),
    /// The manager is disabled, or has stopped.
    #[error("this manager relays nothing, it is disabled or has stopped: ask while it runs [EVT156]")]
    Stopped,
}

/// What became of dead letters that were delivered again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Replayed {
    /// These were taken now, and are no dead letters any more.
    pub delivered: u64,
    /// These were refused again, and keep the new reason.
    pub refused: u64,
    /// These could not be delivered now: the destination did not answer for them, or the journal has them damaged or not
    /// any more.
    pub later: u64,
}

impl EventManager {
    /// The dead letters of a relay by number, from `from` on, at most `limit`. The next page begins behind the
    /// last.
    ///
    /// # Errors
    /// See [`RelayError`]. Cancel-safe.
    ///
    /// ```
    /// # use events_core::{EventManager, RelayError, Seq};
    /// # async fn demo(manager: &EventManager) -> Result<(), RelayError> {
    /// for letter in manager.dead_letters("elasticsearch", Seq(0), 100).await? {
    ///     println!("{} {}: {}", letter.seq, letter.id, letter.reason);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn dead_letters(&self, relay: &str, from: Seq, limit: usize) -> Result<Vec<DeadLetter>, RelayError> {
        let (shared, relay) = self.relay(relay)?;
        let job = shared.clone();
        let read = move || job.journal.bookmarks().dead_letters(relay.name(), from, limit);
        Ok(shared.sweeper.run(read).await.ok_or(RelayError::Stopped)??)
    }

    /// Delivers the dead letters that [`dead_letters`](EventManager::dead_letters) lists for the same arguments
    /// again, batch by batch. Those that are taken now are removed; the others stay. What they say may have happened
    /// long before what was delivered since.
    ///
    /// What is dropped before its batch begins is not delivered any more, and what is refused meanwhile, in between
    /// the first and the last of them, is delivered again too. One that is damaged in the journal, or was dropped from it
    /// with its month, stays a dead letter: the log names it, and the rest is delivered.
    ///
    /// # Errors
    /// See [`RelayError`]. Any other failure of the journal ends the replay: what was taken until then is no dead letter any
    /// more. Cancel-safe: what has begun goes on.
    pub async fn replay_dead_letters(&self, relay: &str, from: Seq, limit: usize) -> Result<Replayed, RelayError> {
        let (shared, relay) = self.relay(relay)?;
        let Progress { ready, ended, .. } = *relay.progress();
        if ended {
            return Err(RelayError::Stopped);
        }
        let not_ready = || RelayError::NotReady(relay.name().to_owned());
        let runtime = relay.runtime.get().filter(|_| ready).ok_or_else(not_ready)?.clone();
        let replay = replay(shared.clone(), relay, from, limit);
        match runtime.spawn(replay).await {
            Ok(replayed) => Ok(replayed?),
            Err(panic) if panic.is_panic() => Err(JournalError::Failed("the journal panicked".into()).into()),
            // A thread that has ended runs nothing any more.
            Err(_ended) => Err(RelayError::Stopped),
        }
    }

    /// Drops dead letters, after somebody has looked at them: their destination does without these events. The journal
    /// keeps them, and so does who else has them. Answers how many were dropped, durably; what is no dead letter is
    /// passed over, and the log says that somebody did this. One that is being delivered again just then is a dead letter
    /// again if it is refused; so is one beyond [`RelayStatus::through`](crate::RelayStatus::through), which the relay
    /// delivers once more if it has to start again.
    ///
    /// # Errors
    /// See [`RelayError`]. Cancel-safe: what has begun goes on.
    ///
    /// ```
    /// # use events_core::{EventManager, Registry, Seq, memory::MemoryStore};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let manager = EventManager::builder(MemoryStore::new()).registry(Registry::of([])).relay_to(MemoryStore::new()).build()?;
    /// let looked_at = manager.dead_letters("memory", Seq(0), 100).await?;
    /// let too_large = looked_at.iter().filter(|letter| letter.reason.starts_with("too large"));
    /// let numbers: Vec<Seq> = too_large.map(|letter| letter.seq).collect();
    /// let dropped = manager.drop_dead_letters("memory", &numbers).await?;
    /// assert_eq!(dropped, numbers.len() as u64);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn drop_dead_letters(&self, relay: &str, numbers: &[Seq]) -> Result<u64, RelayError> {
        let (shared, relay) = self.relay(relay)?;
        let (job, numbers) = (shared.clone(), numbers.to_vec());
        let remove = move || {
            let bookmarks = job.journal.bookmarks();
            let dropped = bookmarks.remove_dead_letters(relay.name(), &numbers)?;
            if dropped > 0 {
                let (asked, numbers) = (numbers.len(), &numbers[..numbers.len().min(LOGGED)]);
                tracing::warn!(relay = relay.name(), dropped, asked, ?numbers, "dead letters were dropped");
            }
            count(&relay, &*bookmarks);
            Ok::<_, JournalError>(dropped)
        };
        Ok(shared.sweeper.run(remove).await.ok_or(RelayError::Stopped)??)
    }

    fn relay(&self, name: &str) -> Result<(&Opaque<Shared>, Arc<Relay>), RelayError> {
        let shared = self.shared().ok_or(RelayError::Stopped)?;
        let relay = shared.relays.iter().find(|relay| relay.name() == name).cloned();
        let no_relay = || {
            let relays = shared.relays.iter().map(|relay| relay.name().to_owned()).collect();
            RelayError::NoRelay { name: name.to_owned(), relays }
        };
        Ok((shared, relay.ok_or_else(no_relay)?))
    }
}

/// On the thread of the relay.
async fn replay(shared: Opaque<Shared>, relay: Arc<Relay>, from: Seq, limit: usize) -> Result<Replayed, JournalError> {
    let bookmarks = shared.journal.bookmarks();
    let mut replayed = Replayed::default();
    let Some(end) = bookmarks.dead_letters(relay.name(), from, limit)?.last().map(|letter| letter.seq) else {
        return Ok(replayed);
    };
    let mut next = from;
    // A few at a time: what is dropped meanwhile is not delivered any more.
    while next <= end {
        let mut letters = bookmarks.dead_letters(relay.name(), next, relay.batches.events)?;
        letters.retain(|letter| letter.seq <= end);
        let Some(last) = letters.last() else { break };
        next = last.seq.next();
        let mut batch: Vec<Sequenced> = Vec::new();
        let mut room = Room::of(relay.batches.bytes);
        for DeadLetter { seq, id, .. } in letters {
            let Some(document) = document(&shared, seq, id)? else {
                replayed.later += 1;
                continue;
            };
            if !room.take(document.len()) {
                deliver(&shared, &relay, &*bookmarks, std::mem::take(&mut batch), &mut replayed).await?;
                room = Room::of(relay.batches.bytes);
                room.take(document.len());
            }
            batch.push(Sequenced { seq, id, document });
        }
        if !batch.is_empty() {
            deliver(&shared, &relay, &*bookmarks, batch, &mut replayed).await?;
        }
    }
    Ok(replayed)
}

/// None where nobody can deliver it: it was dropped with its month, or where it is stored is damaged.
fn document(shared: &Shared, seq: Seq, id: EventId) -> Result<Option<Bytes>, JournalError> {
    let why = match shared.journal.get(id) {
        Ok(Some(document)) => return Ok(Some(document)),
        Ok(None) => "the journal does not have it any more".to_owned(),
        Err(damaged @ JournalError::Damaged { .. }) => damaged.to_string(),
        Err(error) => return Err(error),
    };
    tracing::error!(%seq, %id, why, "a dead letter cannot be read, and is not delivered again");
    Ok(None)
}

async fn deliver(
    shared: &Shared,
    relay: &Arc<Relay>,
    bookmarks: &dyn Bookmarks,
    batch: Vec<Sequenced>,
    replayed: &mut Replayed,
) -> Result<(), JournalError> {
    let batch: Arc<[Sequenced]> = batch.into();
    let answers = match attempt(Arc::clone(relay), Arc::clone(&batch), shared.limits.delivery).await {
        Ok(answers) => answers,
        Err(reason) => vec![Delivery::Retry { reason }; batch.len()],
    };
    let (mut taken, mut refused) = (Vec::new(), Vec::new());
    for (Sequenced { seq, id, .. }, answer) in batch.iter().zip(answers) {
        match answer {
            Delivery::Stored | Delivery::AlreadyThere => taken.push(*seq),
            Delivery::Rejected { reason } => {
                refused.push(DeadLetter { seq: *seq, id: *id, reason, refused: shared.clock.now() });
            }
            Delivery::Retry { .. } => replayed.later += 1,
        }
    }
    replayed.delivered += taken.len() as u64;
    replayed.refused += refused.len() as u64;
    if !taken.is_empty() {
        bookmarks.remove_dead_letters(relay.name(), &taken)?;
    }
    if !refused.is_empty() {
        bookmarks.add_dead_letters(relay.name(), &refused)?;
    }
    count(relay, bookmarks);
    Ok(())
}

/// Says how many dead letters are left.
pub(super) fn count(relay: &Relay, bookmarks: &dyn Bookmarks) {
    // Who counts last says it last.
    let turn = relay.counting.lock().unwrap_or_else(PoisonError::into_inner);
    let counted = bookmarks.count_dead_letters(relay.name());
    let counted = counted.map(|count| relay.report(|progress| progress.dead_letters = count));
    drop(turn);
    if let Err(error) = counted {
        tracing::warn!(relay = relay.name(), %error, "dead letters could not be counted");
    }
}
