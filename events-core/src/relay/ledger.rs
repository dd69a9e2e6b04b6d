//! What a relay writes down, and whom it tells: how far it is, what its destination refused.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use super::{Relay, dead_letters};
use crate::{
    bookmarks::{Bookmarks, DeadLetter, Position},
    id::EventId,
    journal::{JournalError, Seq},
    manager::Shared,
    source::Resumption,
};

/// A position is saved this often while it moves: the next process delivers again what came after, or looks for
/// it at the destination …
const SAVED_EVERY: Duration = Duration::from_millis(100);
/// … or each time it has moved so often.
const SAVED_AFTER: u32 = 64;

pub(super) struct Ledger<'r> {
    relay: &'r Relay,
    shared: &'r Shared,
    bookmarks: Arc<dyn Bookmarks>,
    position: Position,
    /// What is kept of what the destination said.
    landmark: Option<String>,
    /// What was recorded when the relay went on.
    recorded: Seq,
    /// How often it has moved since it was saved.
    unsaved: u32,
    next_save: Instant,
}

impl<'r> Ledger<'r> {
    pub(super) fn new(relay: &'r Relay, shared: &'r Shared) -> Self {
        let bookmarks = shared.journal.bookmarks();
        Self {
            relay,
            shared,
            bookmarks,
            position: Position::BEGINNING,
            landmark: None,
            recorded: Seq(0),
            unsaved: 0,
            next_save: Instant::now(),
        }
    }

    /// Where the relay goes on.
    pub(super) fn open(&mut self) -> Result<Seq, JournalError> {
        let name = self.relay.name();
        // An empty one is none: see below.
        let landmark = self.bookmarks.landmark(name)?.filter(|landmark| !landmark.is_empty());
        (self.position, self.landmark) = match self.bookmarks.position(name)? {
            Some(position) if self.is_of_this_journal(position)? => (position, landmark),
            Some(Position { through, .. }) => {
                tracing::warn!(
                    relay = name,
                    %through,
                    "the journal is an older copy, or another: everything in it is delivered again"
                );
                if landmark.is_some() {
                    // Before the position goes back: a landmark that is kept is never about a later event.
                    self.bookmarks.set_landmark(name, "")?;
                }
                (Position::BEGINNING, None)
            }
            None => (Position::BEGINNING, None),
        };
        self.recorded = self.shared.journal.last_seq();
        // From here on nothing is dropped that this relay has not passed.
        let saved = self.bookmarks.set_position(name, self.position);
        self.saved(saved, Instant::now());
        dead_letters::count(self.relay, &*self.bookmarks);
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

    /// What the destination has to know before it goes on.
    pub(super) fn resumption(&self) -> Resumption {
        Resumption { through: self.position.through, recorded: self.recorded, landmark: self.landmark.clone() }
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

    /// Saves the position, and behind it where that is at the destination. Where that fails it is saved later, or
    /// events are delivered again after a restart.
    pub(super) fn save(&mut self, now: Instant) {
        let saved = self.save_both();
        self.saved(saved, now);
    }

    fn saved(&mut self, saved: Result<(), JournalError>, now: Instant) {
        self.next_save = now + SAVED_EVERY;
        match saved {
            Ok(()) => self.unsaved = 0,
            Err(error) => {
                tracing::warn!(relay = self.relay.name(), %error, "how far a relay is could not be saved");
                // Not with every batch: in a moment.
                self.unsaved = 1;
            }
        }
    }

    fn save_both(&mut self) -> Result<(), JournalError> {
        let name = self.relay.name();
        self.bookmarks.set_position(name, self.position)?;
        let landmark = self.relay.destination.landmark(self.position.through);
        if let Some(landmark) = landmark.filter(|landmark| self.landmark.as_ref() != Some(landmark)) {
            self.bookmarks.set_landmark(name, &landmark)?;
            self.landmark = Some(landmark);
        }
        Ok(())
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
        dead_letters::count(self.relay, &*self.bookmarks);
        if let Some(confirmations) = &self.relay.confirmations {
            confirmations.refused(letters);
        }
        Ok(())
    }
}
