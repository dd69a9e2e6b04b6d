//! Bookmarks in memory.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::{
    bookmarks::{Bookmarks, DeadLetter, JournalIdentity, Position},
    id::ProcessId,
    journal::{JournalError, Seq},
};

#[derive(Debug)]
pub(super) struct InMemory {
    /// By the name of the relay.
    relays: Mutex<HashMap<String, OfRelay>>,
    identity: String,
}

impl Default for InMemory {
    fn default() -> Self {
        // A random number like that of a process, and as many bits.
        let half = ProcessId::random;
        Self { relays: Mutex::default(), identity: format!("{}{}", half(), half()) }
    }
}

#[derive(Debug, Default)]
struct OfRelay {
    position: Option<Position>,
    landmark: Option<String>,
    dead_letters: BTreeMap<Seq, DeadLetter>,
}

impl InMemory {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, OfRelay>> {
        self.relays.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Bookmarks for InMemory {
    fn position(&self, relay: &str) -> Result<Option<Position>, JournalError> {
        Ok(self.lock().get(relay).and_then(|relay| relay.position))
    }

    fn set_position(&self, relay: &str, position: Position) -> Result<(), JournalError> {
        self.lock().entry(relay.to_owned()).or_default().position = Some(position);
        Ok(())
    }

    fn landmark(&self, relay: &str) -> Result<Option<String>, JournalError> {
        Ok(self.lock().get(relay).and_then(|relay| relay.landmark.clone()))
    }

    fn set_landmark(&self, relay: &str, landmark: &str) -> Result<(), JournalError> {
        self.lock().entry(relay.to_owned()).or_default().landmark = Some(landmark.to_owned());
        Ok(())
    }

    fn add_dead_letters(&self, relay: &str, letters: &[DeadLetter]) -> Result<(), JournalError> {
        let mut relays = self.lock();
        let kept = &mut relays.entry(relay.to_owned()).or_default().dead_letters;
        kept.extend(letters.iter().map(|letter| (letter.seq, letter.clone())));
        Ok(())
    }

    fn dead_letters(&self, relay: &str, from: Seq, limit: usize) -> Result<Vec<DeadLetter>, JournalError> {
        let relays = self.lock();
        let kept = relays.get(relay).into_iter().flat_map(|relay| relay.dead_letters.range(from..));
        Ok(kept.take(limit).map(|(_, letter)| letter.clone()).collect())
    }

    fn remove_dead_letters(&self, relay: &str, numbers: &[Seq]) -> Result<u64, JournalError> {
        let mut relays = self.lock();
        let Some(relay) = relays.get_mut(relay) else { return Ok(0) };
        Ok(numbers.iter().filter(|seq| relay.dead_letters.remove(seq).is_some()).count() as u64)
    }

    fn count_dead_letters(&self, relay: &str) -> Result<u64, JournalError> {
        Ok(self.lock().get(relay).map_or(0, |relay| relay.dead_letters.len() as u64))
    }

    fn identity(&self) -> Result<JournalIdentity, JournalError> {
        Ok(JournalIdentity { id: self.identity.clone(), place: "memory".to_owned() })
    }
}
