//! What relays remember beside the journal: how far they have got, and what their destinations refused.

use crate::{
    id::EventId,
    journal::{JournalError, Seq},
    timestamp::Timestamp,
};

/// Kept with a journal, one place and one pile of dead letters for each relay, by its name.
///
/// All methods block and are called from threads of the manager.
pub trait Bookmarks: Send + Sync + 'static {
    /// How far a relay has got; none before it was first started.
    ///
    /// # Errors
    /// The store cannot be read.
    fn position(&self, relay: &str) -> Result<Option<Position>, JournalError>;

    /// A relay has got further, or begins ([`Position::BEGINNING`]). Need not be durable at once: what is
    /// delivered again is there already.
    ///
    /// # Errors
    /// The store cannot be written; the relay goes on and says it again later.
    fn set_position(&self, relay: &str, position: Position) -> Result<(), JournalError>;

    /// What the destination of a relay said last of how far it is there; none where it has said nothing.
    ///
    /// # Errors
    /// The store cannot be read.
    fn landmark(&self, relay: &str) -> Result<Option<String>, JournalError>;

    /// Keeps what the destination of a relay says of how far it is there. Whatever is lost in a crash, a landmark
    /// that is found was set after no later position than the one that is found: it may be older, and is never newer.
    ///
    /// # Errors
    /// The store cannot be written; the relay goes on and says it again later.
    fn set_landmark(&self, relay: &str, landmark: &str) -> Result<(), JournalError>;

    /// Keeps what a destination refused, durably, before the relay goes on behind it. Once each: what is
    /// kept already takes the new reason.
    ///
    /// # Errors
    /// The store cannot be written.
    fn add_dead_letters(&self, relay: &str, letters: &[DeadLetter]) -> Result<(), JournalError>;

    /// The dead letters of a relay by number, from `from` on, at most `limit`.
    ///
    /// # Errors
    /// The store cannot be read.
    fn dead_letters(&self, relay: &str, from: Seq, limit: usize) -> Result<Vec<DeadLetter>, JournalError>;

    /// Forgets dead letters, durably: they were delivered after all, or somebody decided that they never will be.
    /// Answers how many there were.
    ///
    /// # Errors
    /// The store cannot be written.
    fn remove_dead_letters(&self, relay: &str, numbers: &[Seq]) -> Result<u64, JournalError>;

    /// How many dead letters a relay has.
    ///
    /// # Errors
    /// The store cannot be read.
    fn count_dead_letters(&self, relay: &str) -> Result<u64, JournalError>;

    /// Which journal they are kept with: how processes that deliver to one server tell their journals apart.
    ///
    /// # Errors
    /// The store cannot be read or written.
    fn identity(&self) -> Result<JournalIdentity, JournalError>;
}

/// A journal among all others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalIdentity {
    /// Made at random once, kept for ever: a copy has it too.
    pub id: String,
    /// Where the journal is. A copy, or the same one after it was moved, is elsewhere; while it is in one place
    /// one process at a time records in it.
    pub place: String,
}

/// How far a relay has got: everything through this event is delivered, or a dead letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The number of the event.
    pub through: Seq,
    /// Its id. Where the journal has another event under this number it is an older copy that was put back,
    /// and everything is delivered again.
    pub id: EventId,
}

impl Position {
    /// Nothing is delivered yet.
    pub const BEGINNING: Self = Self { through: Seq(0), id: EventId::from_u128(0) };
}

/// An event that a destination will never take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// Its number in the journal, which still has it.
    pub seq: Seq,
    /// Its id.
    pub id: EventId,
    /// What the destination said.
    pub reason: String,
    /// When it was refused last.
    pub refused: Timestamp,
}
