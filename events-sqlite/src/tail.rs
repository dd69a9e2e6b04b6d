//! The newest events, in memory until they are sealed.

use std::{
    collections::VecDeque,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use events_core::{Bytes, Cursor, EntryKind, EventId, Seq};
use memchr::memchr_iter;

use crate::{
    event_keys::{EventKeys, KeyDeriver},
    key_hash::{ById, KeyHash},
    positions::Positions,
};

/// An event that is durable in the journal and not sealed yet.
#[derive(Debug)]
pub(crate) struct TailEvent {
    pub(crate) seq: Seq,
    pub(crate) id: EventId,
    pub(crate) kind: EntryKind,
    pub(crate) document: Bytes,
    /// Bytes that its keys may take, as far as that can be said before they are derived.
    key_bytes: usize,
    keys: OnceLock<EventKeys>,
}

/// Bytes that the keys of an event may take without being counted: nearly all take less, and the number of
/// events bounds them.
const FREE_KEY_BYTES: usize = 8 << 10;

/// Bytes that a key takes, about, with its value.
const BYTES_OF_KEY: usize = 192;

impl TailEvent {
    pub(crate) fn new(seq: Seq, id: EventId, kind: EntryKind, document: Bytes) -> Self {
        // Every key but those of words has a comma before or behind it.
        let key_bytes = BYTES_OF_KEY * memchr_iter(b',', &document).count();
        Self { seq, id, kind, document, key_bytes, keys: OnceLock::new() }
    }

    /// Bytes that its keys take beyond the free ones.
    fn counted_key_bytes(&self) -> usize {
        self.keys.get().map_or(self.key_bytes, EventKeys::bytes).saturating_sub(FREE_KEY_BYTES)
    }

    /// Its keys, derived by whoever asks first.
    pub(crate) fn keys(&self, deriver: &KeyDeriver) -> &EventKeys {
        self.keys.get_or_init(|| deriver.derive(self.id, &self.document))
    }

    pub(crate) fn place(&self, deriver: &KeyDeriver) -> Cursor {
        Cursor { timestamp: self.keys(deriver).timestamp, id: self.id }
    }
}

/// Events that follow each other in the journal.
#[derive(Debug)]
pub(crate) struct Chunk {
    /// By number.
    pub(crate) events: Vec<Arc<TailEvent>>,
    ordered: OnceLock<Ordered>,
    /// How often keys were looked up.
    looked_up: AtomicU32,
    /// Key and position, ascending.
    postings: OnceLock<Vec<(KeyHash, u16)>>,
    /// Bytes that the keys may take, until they are derived.
    key_bytes: usize,
}

/// The events of a chunk with their keys.
#[derive(Debug)]
struct Ordered {
    /// In search order.
    events: Vec<Arc<TailEvent>>,
    key_bytes: usize,
}

/// Look-ups after which an index costs less than looking through the events again: most chunks are sealed
/// before anybody searches them so often.
const WORTH_AN_INDEX: u32 = 24;

impl Chunk {
    fn new(events: Vec<Arc<TailEvent>>) -> Self {
        let key_bytes = events.iter().map(|event| event.counted_key_bytes()).sum();
        Self { events, ordered: OnceLock::new(), looked_up: AtomicU32::new(0), postings: OnceLock::new(), key_bytes }
    }

    /// The events in search order: a position is an index into this. All keys are derived then.
    pub(crate) fn ordered(&self, deriver: &KeyDeriver) -> &[Arc<TailEvent>] {
        let ordered = self.ordered.get_or_init(|| {
            let mut events = self.events.clone();
            events.sort_by_cached_key(|event| event.place(deriver));
            let key_bytes = events.iter().map(|event| event.counted_key_bytes()).sum();
            Ordered { events, key_bytes }
        });
        &ordered.events
    }

    /// Bytes that its keys take beyond the free ones.
    fn key_bytes(&self) -> usize {
        self.ordered.get().map_or(self.key_bytes, |ordered| ordered.key_bytes)
    }

    pub(crate) fn is_ordered(&self) -> bool {
        self.ordered.get().is_some()
    }

    /// The positions of the events that have one of some keys.
    pub(crate) fn having(&self, keys: &[KeyHash], deriver: &KeyDeriver) -> Positions {
        let ordered = self.ordered(deriver);
        if self.looked_up.fetch_add(1, Ordering::Relaxed) < WORTH_AN_INDEX {
            let has = |event: &Arc<TailEvent>| event.keys(deriver).hashes().any(|have| keys.contains(&have));
            let having = (0u16..).zip(ordered).filter(|(_, event)| has(event)).map(|(position, _)| position);
            return Positions::of_listed(ordered.len(), having.collect());
        }
        let postings = self.postings.get_or_init(|| {
            let keys = |(position, event): (u16, &Arc<TailEvent>)| -> Vec<(KeyHash, u16)> {
                event.keys(deriver).hashes().map(|key| (key, position)).collect()
            };
            let mut postings: Vec<(KeyHash, u16)> = (0u16..).zip(ordered).flat_map(keys).collect();
            postings.sort_unstable();
            postings
        });
        let mut having: Vec<u16> = Vec::new();
        for key in keys {
            let first = postings.partition_point(|(have, _)| have < key);
            let found = postings[first..].iter().take_while(|(have, _)| have == key);
            having.extend(found.map(|(_, position)| *position));
        }
        having.sort_unstable();
        having.dedup();
        Positions::of_listed(ordered.len(), having)
    }
}

/// How many events a chunk has before the next begins; one row of the journal may go beyond.
const CHUNK_EVENTS: usize = 256;
/// How many bytes of keys it may have then: few, so that it soon is known how many they really are.
const CHUNK_KEY_BYTES: usize = 4 << 20;

/// The un-sealed events.
#[derive(Debug)]
pub(crate) struct Tail {
    chunk_events: usize,
    full: VecDeque<Arc<Chunk>>,
    growing: Vec<Arc<TailEvent>>,
    growing_key_bytes: usize,
    by_id: ById<Arc<TailEvent>>,
    events: usize,
    bytes: usize,
    full_bytes: usize,
}

/// The tail as it was at one moment.
#[derive(Clone, Debug, Default)]
pub(crate) struct TailView {
    full: Vec<Arc<Chunk>>,
    growing: Vec<Arc<TailEvent>>,
}

impl Tail {
    /// An empty tail, whose chunks do not go beyond a segment.
    pub(crate) fn new(segment_events: usize) -> Self {
        Self {
            chunk_events: segment_events.min(CHUNK_EVENTS),
            full: VecDeque::new(),
            growing: Vec::new(),
            growing_key_bytes: 0,
            by_id: ById::default(),
            events: 0,
            bytes: 0,
            full_bytes: 0,
        }
    }

    /// Adds the events of a row of the journal.
    pub(crate) fn push(&mut self, events: Vec<Arc<TailEvent>>) {
        for event in &events {
            self.bytes += event.document.len();
            self.growing_key_bytes += event.counted_key_bytes();
            self.by_id.insert(event.id, Arc::clone(event));
        }
        self.events += events.len();
        self.growing.extend(events);
        if self.growing.len() >= self.chunk_events || self.growing_key_bytes >= CHUNK_KEY_BYTES {
            self.finish_chunk();
        }
    }

    /// Lets the growing chunk be sealed.
    pub(crate) fn finish_chunk(&mut self) {
        if !self.growing.is_empty() {
            self.full.push_back(Arc::new(Chunk::new(std::mem::take(&mut self.growing))));
            self.growing_key_bytes = 0;
            self.full_bytes = self.bytes;
        }
    }

    pub(crate) fn events(&self) -> usize {
        self.events
    }

    /// Bytes of all documents, and of what their keys take beyond the free bytes.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes + self.growing_key_bytes + self.full_key_bytes()
    }

    fn full_key_bytes(&self) -> usize {
        self.full.iter().map(|chunk| chunk.key_bytes()).sum()
    }

    /// The smallest number.
    pub(crate) fn first_seq(&self) -> Option<Seq> {
        let oldest = self.full.front().map_or(self.growing.first(), |chunk| chunk.events.first());
        oldest.map(|event| event.seq)
    }

    /// Events in chunks that are full.
    pub(crate) fn full_events(&self) -> usize {
        self.events - self.growing.len()
    }

    /// Bytes in chunks that are full.
    pub(crate) fn full_bytes(&self) -> usize {
        self.full_bytes + self.full_key_bytes()
    }

    pub(crate) fn get(&self, id: EventId) -> Option<&Arc<TailEvent>> {
        self.by_id.get(&id)
    }

    /// The first full chunk whose keys are not derived.
    pub(crate) fn not_ordered(&self) -> Option<Arc<Chunk>> {
        self.full.iter().find(|chunk| !chunk.is_ordered()).cloned()
    }

    /// The oldest full chunks: as few as make `events` events or `bytes` bytes.
    pub(crate) fn oldest(&self, events: usize, bytes: usize) -> Vec<Arc<Chunk>> {
        let (mut taken_events, mut taken_bytes) = (0, 0);
        let mut taken = Vec::new();
        for chunk in &self.full {
            if taken_events >= events || taken_bytes >= bytes {
                break;
            }
            taken_events += chunk.events.len();
            taken_bytes += chunk.key_bytes() + chunk.events.iter().map(|event| event.document.len()).sum::<usize>();
            taken.push(Arc::clone(chunk));
        }
        taken
    }

    /// Forgets the oldest full chunks, which are sealed now.
    pub(crate) fn forget(&mut self, chunks: usize) {
        for chunk in self.full.drain(..chunks.min(self.full.len())) {
            for event in &chunk.events {
                self.events -= 1;
                self.bytes -= event.document.len();
                self.full_bytes -= event.document.len();
                self.by_id.remove(&event.id);
            }
        }
    }

    pub(crate) fn view(&self) -> TailView {
        TailView { full: self.full.iter().cloned().collect(), growing: self.growing.clone() }
    }
}

impl TailView {
    /// As parts of a search.
    pub(crate) fn chunks(self) -> Vec<Arc<Chunk>> {
        let mut chunks = self.full;
        if !self.growing.is_empty() {
            chunks.push(Arc::new(Chunk::new(self.growing)));
        }
        chunks
    }

    /// By number, from `from` on.
    pub(crate) fn from(&self, from: Seq) -> impl Iterator<Item = &Arc<TailEvent>> {
        let full = self.full.iter().filter(move |chunk| chunk.events.last().is_some_and(|last| last.seq >= from));
        full.flat_map(|chunk| &chunk.events).chain(&self.growing).filter(move |event| event.seq >= from)
    }
}
