//! How a relay is doing.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;

use super::Relay;
use crate::{
    bookmarks::Position,
    event::Event,
    journal::Seq,
    manager::{EventManager, Shared},
};

/// What a relay does.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RelayState {
    /// It gets its destination ready.
    Starting,
    /// It delivers what comes.
    Delivering,
    /// Something did not go well, and is tried again until it does.
    Failing {
        /// What was said last.
        reason: String,
    },
    /// The destination says that somebody has to mend its set-up first. It is asked again.
    Misconfigured {
        /// What it says.
        reason: String,
    },
    /// The manager has stopped. What is not delivered waits in the journal for the next start.
    Stopped,
}

/// How far a relay is, and how it is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RelayStatus {
    /// The name of its destination.
    pub name: String,
    /// Everything through this number is delivered, or a dead letter; 0 before the first.
    pub through: Seq,
    /// How many events behind the newest it is.
    pub behind: u64,
    /// How long ago the oldest event that is not delivered was recorded. None where nothing waits, or nobody
    /// has looked at it yet.
    pub age: Option<Duration>,
    /// Dead letters that are kept.
    pub dead_letters: u64,
    /// Events that the destination has confirmed since the manager was built.
    pub delivered: u64,
    /// Events that were delivered again after an attempt that failed, since the manager was built.
    pub redelivered: u64,
    /// Events that the journal could not give, since the manager was built: they are damaged, or were dropped
    /// before they were delivered.
    pub missing: u64,
    /// What it does.
    pub state: RelayState,
}

impl EventManager {
    /// How the relays are doing, in the order in which they were named.
    ///
    /// ```
    /// # use events_core::{EventManager, Registry, memory::MemoryStore};
    /// let manager = EventManager::builder(MemoryStore::new()).registry(Registry::of([])).relay_to(MemoryStore::new()).build()?;
    /// for relay in manager.relays() {
    ///     println!("{}: {} events behind, {} dead letters, {:?}", relay.name, relay.behind, relay.dead_letters, relay.state);
    /// }
    /// # Ok::<(), events_core::InstallError>(())
    /// ```
    pub fn relays(&self) -> Vec<RelayStatus> {
        let Some(shared) = self.shared() else { return Vec::new() };
        let status = |relay: &Arc<Relay>| {
            let progress = relay.progress().clone();
            progress.status(relay.name(), shared)
        };
        shared.relays.iter().map(status).collect()
    }
}

/// What the thread of a relay tells the others.
#[derive(Clone, Debug)]
pub(super) struct Progress {
    pub(super) state: RelayState,
    /// How far what is confirmed reaches without a hole.
    pub(super) position: Position,
    /// Everything through this number is confirmed, or not there.
    pub(super) passed: Seq,
    /// The oldest event that is not confirmed.
    pub(super) oldest: Option<Bytes>,
    pub(super) dead_letters: u64,
    pub(super) delivered: u64,
    pub(super) redelivered: u64,
    pub(super) missing: u64,
    /// The destination was ready once.
    pub(super) ready: bool,
    /// The thread has ended.
    pub(super) ended: bool,
}

impl Default for Progress {
    fn default() -> Self {
        Self {
            state: RelayState::Starting,
            position: Position::BEGINNING,
            passed: Seq(0),
            oldest: None,
            dead_letters: 0,
            delivered: 0,
            redelivered: 0,
            missing: 0,
            ready: false,
            ended: false,
        }
    }
}

impl Progress {
    fn status(self, name: &str, shared: &Shared) -> RelayStatus {
        let recorded = self.oldest.as_deref().and_then(|oldest| Event::from_document(oldest).ok());
        RelayStatus {
            name: name.to_owned(),
            through: self.position.through,
            behind: shared.journal.last_seq().0.saturating_sub(self.passed.0),
            age: recorded.map(|event| shared.clock.now().since(event.created)),
            dead_letters: self.dead_letters,
            delivered: self.delivered,
            redelivered: self.redelivered,
            missing: self.missing,
            state: self.state,
        }
    }
}
