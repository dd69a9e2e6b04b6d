//! Reading the journal in order, a little ahead of what is delivered.

use std::{collections::VecDeque, sync::Arc};

use crate::{
    destination::Batches,
    journal::{Journal, JournalError, Seq, Sequenced},
    room::Room,
};

/// Batches that are read at once: in SQLite a read has to find its place first.
const BATCHES: usize = 4;

/// The journal from a number on, batch by batch.
pub(super) struct ReadAhead {
    journal: Arc<dyn Journal>,
    /// What was read and is not handed out.
    read: VecDeque<Sequenced>,
    /// Where to read on.
    next: Seq,
    /// Whether the numbers before `next` were looked at: those that are not there then are missing.
    begun: bool,
    /// Events that are not there, or cannot be read.
    missing: u64,
}

impl ReadAhead {
    /// Everything behind a number.
    pub(super) fn behind(journal: Arc<dyn Journal>, through: Seq) -> Self {
        // What was dropped before the relay began is not missed.
        Self { journal, read: VecDeque::new(), next: through.next(), begun: through > Seq(0), missing: 0 }
    }

    /// The next events; none where there are no more yet.
    pub(super) fn batch(&mut self, relay: &str, batches: Batches) -> Result<Vec<Sequenced>, JournalError> {
        while self.read.is_empty() {
            // Asked before the journal is read: what comes later has a larger number.
            let newest = self.journal.last_seq();
            if self.next > newest {
                return Ok(Vec::new());
            }
            let limits = (batches.events.saturating_mul(BATCHES), batches.bytes.saturating_mul(BATCHES));
            match self.journal.read(self.next, limits.0, limits.1) {
                Ok(events) if events.is_empty() => self.skip(relay, newest.next(), None),
                Ok(events) => {
                    for event in &events {
                        self.skip(relay, event.seq, None);
                        self.next = event.seq.next();
                        self.begun = true;
                    }
                    self.read = events.into();
                }
                Err(JournalError::Damaged { next: Some(next), what, why }) if next > self.next => {
                    self.begun = true;
                    self.skip(relay, next, Some(format!("{what} is damaged: {why}")));
                }
                Err(error) => return Err(error),
            }
        }
        let mut room = Room::of(batches.bytes);
        let next = self.read.iter().take(batches.events);
        let count = next.take_while(|event| room.take(event.document.len())).count();
        Ok(self.read.drain(..count).collect())
    }

    /// There are no events before `seq` that could be delivered.
    fn skip(&mut self, relay: &str, seq: Seq, damage: Option<String>) {
        if self.begun && seq > self.next {
            let (first, last) = (self.next, Seq(seq.0 - 1));
            self.missing += seq.0 - first.0;
            match damage {
                Some(damage) => {
                    tracing::error!(relay, %first, %last, %damage, "events cannot be read, so they are not delivered");
                }
                None => {
                    tracing::warn!(relay, %first, %last, "the journal has dropped events before they were delivered")
                }
            }
        }
        self.next = self.next.max(seq);
    }

    /// Everything through this number was handed out, or is not there.
    pub(super) fn handed_out(&self) -> Seq {
        Seq(self.read.front().map_or(self.next, |event| event.seq).0 - 1)
    }

    /// How many numbers were skipped.
    pub(super) fn missing(&self) -> u64 {
        self.missing
    }
}
