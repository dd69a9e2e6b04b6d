//! A store in memory that is obviously right: for tests, and as what other stores are compared with.
//!
//! It is a journal, a search and a destination at once. Every search walks over every event. Nothing is
//! bounded and nothing survives the process: production wants a store on disk.
//!
//! ```
//! use std::time::Duration;
//! use events_core::{Journal, conformance::Generator, memory::MemoryStore};
//!
//! let store = MemoryStore::new();
//! store.append(&Generator::new(1).events(3))?;
//! let events = store.wait_until(Duration::from_secs(1), |events| events.len() == 3)?;
//! assert_eq!(events, store.events());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use bytes::Bytes;

use crate::{
    bookmarks::Bookmarks,
    destination::{Delivery, Destination},
    event::{Event, InvalidEvent, Phase},
    id::EventId,
    journal::{AppendError, Appended, Entry, EntryKind, Journal, JournalError, OpenOperation, Seq, Sequenced},
    keys::Keys,
    room::Room,
    search::{BoxFuture, Search},
};

mod bookmarks;
mod faults;
mod find;

pub use faults::{Fault, Faults};

/// Events in memory. A clone is another handle to the same events.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    stored: Mutex<Stored>,
    changed: Condvar,
    bookmarks: Arc<bookmarks::InMemory>,
    faults: Faults,
}

/// Everything that is stored. The event with number `n` stands at `n - 1`.
#[derive(Debug, Default)]
struct Stored {
    events: Vec<StoredEvent>,
    places: HashMap<EventId, usize>,
    open: BTreeMap<Seq, OpenOperation>,
    notes: HashMap<EventId, Bytes>,
}

#[derive(Debug)]
struct StoredEvent {
    document: Bytes,
    keys: Keys<'static>,
    phase: Phase,
}

/// The events that were waited for did not come.
#[derive(Debug, thiserror::Error)]
#[error("what was waited for did not come within {within:?}; stored are: {}", list(.events))]
pub struct NotInTime {
    /// How long was waited.
    pub within: Duration,
    /// What was stored by then.
    pub events: Vec<Event>,
}

fn list(events: &[Event]) -> String {
    let types: Vec<&str> = events.iter().map(|event| event.event_type.as_str()).collect();
    if types.is_empty() { "no events".to_owned() } else { types.join(", ") }
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// What makes the store fail, hang and be slow.
    pub fn faults(&self) -> &Faults {
        &self.0.faults
    }

    /// How many events are stored.
    pub fn len(&self) -> usize {
        self.stored().events.len()
    }

    /// Whether nothing is stored.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All events in the order in which they were stored.
    pub fn events(&self) -> Vec<Event> {
        read_back(&self.stored().documents_from(0))
    }

    /// Waits until `reached` holds for all stored events, and answers them.
    ///
    /// Blocks the thread; what it waits for has to happen on another one.
    ///
    /// # Errors
    /// It does not hold within `limit`; the error lists what is stored.
    pub fn wait_until(
        &self,
        limit: Duration,
        mut reached: impl FnMut(&[Event]) -> bool,
    ) -> Result<Vec<Event>, NotInTime> {
        let deadline = Instant::now() + limit;
        let mut events = Vec::new();
        loop {
            // The condition is the caller's code: it runs without the lock, and may use the store.
            let documents = self.stored().documents_from(events.len());
            events.extend(read_back(&documents));
            if reached(&events) {
                return Ok(events);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(NotInTime { within: limit, events });
            }
            let stored = self.stored();
            let nothing_new = |stored: &mut Stored| stored.events.len() == events.len();
            drop(self.0.changed.wait_timeout_while(stored, left, nothing_new));
        }
    }

    fn stored(&self) -> MutexGuard<'_, Stored> {
        self.0.stored.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn append_all(&self, entries: &[Entry]) -> Result<Vec<Appended>, AppendError> {
        let read = |entry: &Entry| match entry.kind {
            EntryKind::Note => Ok(None),
            _ => StoredEvent::read(&entry.document).map(Some),
        };
        let events: Vec<Option<StoredEvent>> = entries
            .iter()
            .map(read)
            .collect::<Result<_, InvalidEvent>>()
            .map_err(|error| JournalError::Failed(error.into()).not_stored())?;
        let mut stored = self.stored();
        let append = |(entry, event)| match event {
            Some(event) => stored.append(entry, event),
            None => stored.note(entry),
        };
        let answers = entries.iter().zip(events).map(append).collect();
        drop(stored);
        self.0.changed.notify_all();
        Ok(answers)
    }

    fn deliver_all(&self, batch: &[Sequenced]) -> Vec<Delivery> {
        let mut stored = self.stored();
        let answers = batch.iter().map(|delivered| stored.deliver(delivered)).collect();
        self.0.changed.notify_all();
        answers
    }
}

/// A stored document is one that was read before, so all of them are events.
fn read_back(documents: &[Bytes]) -> Vec<Event> {
    documents.iter().filter_map(|document| Event::from_document(document).ok()).collect()
}

impl StoredEvent {
    /// Reads what is needed of a document, and refuses what cannot be read back.
    fn read(document: &Bytes) -> Result<Self, InvalidEvent> {
        let phase = Event::from_document(document)?.phase;
        let keys = Keys::of(document)?.into_owned();
        Ok(Self { document: document.clone(), keys, phase })
    }
}

impl Stored {
    fn documents_from(&self, place: usize) -> Vec<Bytes> {
        self.events[place..].iter().map(|event| event.document.clone()).collect()
    }

    fn get(&self, id: EventId) -> Option<&StoredEvent> {
        self.places.get(&id).map(|place| &self.events[*place])
    }

    fn push(&mut self, id: EventId, event: StoredEvent) -> Seq {
        self.places.insert(id, self.events.len());
        self.events.push(event);
        Seq(self.events.len() as u64)
    }

    fn append(&mut self, entry: &Entry, event: StoredEvent) -> Appended {
        if let Some(stored) = self.get(entry.id) {
            return if stored.document == entry.document {
                Appended::AlreadyStored
            } else {
                Appended::Conflict { stored: stored.document.clone() }
            };
        }
        if entry.kind == EntryKind::Closing {
            let opening = self.places.get(&entry.id.opening()).copied();
            let Some(opening) = opening.filter(|place| self.events[*place].phase == Phase::Requested) else {
                return Appended::NoOpening;
            };
            self.open.remove(&Seq(opening as u64 + 1));
            self.notes.remove(&entry.id.opening());
        }
        let seq = self.push(entry.id, event);
        if let EntryKind::Opening { process, deadline } = entry.kind {
            self.open.insert(seq, OpenOperation { id: entry.id, seq, process, deadline });
        }
        Appended::Stored(seq)
    }

    fn note(&mut self, entry: &Entry) -> Appended {
        let opening = self.places.get(&entry.id).map(|place| Seq(*place as u64 + 1));
        if !opening.is_some_and(|opening| self.open.contains_key(&opening)) {
            return Appended::NoOpening;
        }
        self.notes.insert(entry.id, entry.document.clone());
        Appended::Noted
    }

    /// What is delivered is taken as it comes: whether a closing may exist was decided where it comes
    /// from, and so is who closes what is open there.
    fn deliver(&mut self, delivered: &Sequenced) -> Delivery {
        if let Some(stored) = self.get(delivered.id) {
            return if stored.document == delivered.document {
                Delivery::AlreadyThere
            } else {
                Delivery::Rejected { reason: format!("other bytes are stored as {}", delivered.id) }
            };
        }
        match StoredEvent::read(&delivered.document) {
            Ok(event) => {
                self.push(delivered.id, event);
                Delivery::Stored
            }
            Err(error) => Delivery::Rejected { reason: error.to_string() },
        }
    }
}

impl Journal for MemoryStore {
    fn append(&self, entries: &[Entry]) -> Result<Vec<Appended>, AppendError> {
        match self.0.faults.at_append() {
            None => self.append_all(entries),
            Some(met) => met.around_append(&self.0.faults, || self.append_all(entries)),
        }
    }

    fn get(&self, id: EventId) -> Result<Option<Bytes>, JournalError> {
        Ok(self.stored().get(id).map(|event| event.document.clone()))
    }

    fn read(&self, from: Seq, limit: usize, bytes: usize) -> Result<Vec<Sequenced>, JournalError> {
        let unreadable = self.faults().at_read(from)?;
        let stored = self.stored();
        let first = usize::try_from(from.0.saturating_sub(1)).unwrap_or(usize::MAX);
        let mut room = Room::of(bytes);
        let read = stored.events.iter().enumerate().skip(first).take(limit.max(1)).map(|(place, event)| Sequenced {
            seq: Seq(place as u64 + 1),
            id: event.keys.id,
            document: event.document.clone(),
        });
        let is_readable = |event: &Sequenced| unreadable.is_none_or(|unreadable| event.seq < unreadable);
        Ok(read.take_while(|event| is_readable(event) && room.take(event.document.len())).collect())
    }

    fn last_seq(&self) -> Seq {
        Seq(self.len() as u64)
    }

    fn open_operations(&self) -> Result<Vec<OpenOperation>, JournalError> {
        Ok(self.stored().open.values().copied().collect())
    }

    fn note(&self, operation: EventId) -> Result<Option<Bytes>, JournalError> {
        Ok(self.stored().notes.get(&operation).cloned())
    }

    fn search(&self) -> Arc<dyn Search> {
        Arc::new(self.clone())
    }

    fn bookmarks(&self) -> Arc<dyn Bookmarks> {
        self.0.bookmarks.clone()
    }
}

impl Destination for MemoryStore {
    fn name(&self) -> &str {
        "memory"
    }

    fn search(&self) -> Option<Arc<dyn Search>> {
        Some(Arc::new(self.clone()))
    }

    fn deliver<'d>(&'d self, batch: &'d [Sequenced]) -> BoxFuture<'d, Vec<Delivery>> {
        Box::pin(async move {
            match self.0.faults.at_append() {
                None => self.deliver_all(batch),
                Some(met) => met.around_delivery(&self.0.faults, batch.len(), || self.deliver_all(batch)).await,
            }
        })
    }
}
