//! What a relay writes down, and whom it tells: how far it is, what its destination refused.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use super::Relay;
use crate::{
    bookmarks::{Bookmarks, DeadLetter, Position},
    id::EventId,
    journal::{JournalError, Seq},
    manager::Shared,
};

/// A position is saved this often while it moves: the next process delivers again what came after, and readers
/// of a topic see it twice …
const SAVED_EVERY: Duration = Duration::from_millis(100);
/// … or each time it has moved so often.
const SAVED_AFTER: u32 = 64;

pub(super) struct Ledger<'r> {
    relay: &'r Relay,
    shared: &'r Shared,
    bookmarks: Arc<dyn Bookmarks>,
    position: Position,
    /// How often it has moved since it was saved.
    unsaved: u32,
    next_save: Instant,
}

impl<'r> Ledger<'r> {
    pub(super) fn new(relay: &'r Relay, shared: &'r Shared) -> Self {
        let bookmarks = shared.journal.bookmarks();
        Self { relay, shared, bookmarks, position: Position::BEGINNING, unsaved: 0, next_save: Instant::now() }
    }

    /// Where the relay goes on.
    pub(super) fn open(&mut self) -> Result<Seq, JournalError> {
        let name = self.relay.name();
        self.position = match self.bookmarks.position(name)? {
            Some(position) if self.is_of_this_journal(position)? => position,
            Some(Position { through, .. }) => {
                tracing::warn!(
                    relay = name,
                    %through,
                    "the journal is an older copy, or another: everything in it is delivered again"
                );
                Position::BEGINNING
            }
            None => Position::BEGINNING,
        };
        // From here on nothing is dropped that this relay has not passed.
        self.save(Instant::now());
        self.count_dead_letters();
        Ok(self.position.through)
    }

    /// Whether the journal has the event of a position, or may have dropped it.
    fn is_of_this_journal(&self, position: Position) -> Result<bool, JournalError> {
        if position == Position::BEGINNING {
            return Ok(true);
        }
        if self.shared.journal.last_seq() < position.through {
            return Ok(false);
        }
        match self.shared.journal.read(position.through, 1, 1) {
            Ok(events) => {
                Ok(events.first().is_none_or(|event| event.seq > position.through || event.id == position.id))
            }
            Err(JournalError::Damaged { next: Some(_), .. }) => Ok(true),
            Err(error) => Err(error),
        }
    }

    /// Everything through there is delivered, or a dead letter.
    pub(super) fn reached(&mut self, position: Position) {
        if position.through > self.position.through {
            self.position = position;
            self.unsaved += 1;
        }
    }

    pub(super) fn position(&self) -> Position {
        self.position
    }

    /// When the position is to be saved; none where it is.
    pub(super) fn next_save(&self) -> Option<Instant> {
        (self.unsaved > 0).then_some(self.next_save)
    }

    /// Saves the position if it is time.
    pub(super) fn save_in_time(&mut self, now: Instant) {
        if self.unsaved >= SAVED_AFTER || self.next_save().is_some_and(|due| due <= now) {
            self.save(now);
        }
    }

    /// Saves the position. Where that fails it is saved later, or events are delivered again after a restart.
    pub(super) fn save(&mut self, now: Instant) {
        self.next_save = now + SAVED_EVERY;
        match self.bookmarks.set_position(self.relay.name(), self.position) {
            Ok(()) => self.unsaved = 0,
            Err(error) => {
                tracing::warn!(relay = self.relay.name(), %error, "how far a relay is could not be saved");
                // Not with every batch: in a moment.
                self.unsaved = 1;
            }
        }
    }

    /// The destination has these.
    pub(super) fn delivered(&self, there: &[EventId]) {
        self.shared.counters.delivered.add(there.len() as u64);
        self.relay.progress().delivered += there.len() as u64;
        if let Some(confirmations) = &self.relay.confirmations {
            confirmations.confirmed(there);
        }
    }

    /// These are delivered once more.
    pub(super) fn redelivered(&self, events: usize) {
        self.shared.counters.redelivered.add(events as u64);
        self.relay.progress().redelivered += events as u64;
    }

    /// Keeps what the destination refused, durably.
    pub(super) fn refuse(&self, letters: &[DeadLetter]) -> Result<(), JournalError> {
        let Some(DeadLetter { seq, id, reason, .. }) = letters.first() else { return Ok(()) };
        let relay = self.relay.name();
        self.bookmarks.add_dead_letters(relay, letters)?;
        self.shared.counters.dead_letters.add(letters.len() as u64);
        let events = letters.len();
        tracing::error!(relay, events, first = %seq, %id, reason, "a destination refused events: they are kept as dead letters");
        self.count_dead_letters();
        if let Some(confirmations) = &self.relay.confirmations {
            confirmations.refused(letters);
        }
        Ok(())
    }

    fn count_dead_letters(&self) {
        match self.bookmarks.count_dead_letters(self.relay.name()) {
            Ok(count) => self.relay.progress().dead_letters = count,
            Err(error) => tracing::warn!(relay = self.relay.name(), %error, "dead letters could not be counted"),
        }
    }
}
