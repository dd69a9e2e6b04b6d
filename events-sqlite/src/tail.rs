//! The newest events, in memory until they are sealed.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, OnceLock},
};

use events_core::{Cursor, EntryKind, EventId, Seq};

use crate::{
    event_keys::{EventKeys, KeyDeriver},
    key_hash::KeyHash,
};

/// An event that is durable in the journal and not sealed yet.
#[derive(Debug)]
pub(crate) struct TailEvent {
    pub(crate) seq: Seq,
    pub(crate) id: EventId,
    pub(crate) kind: EntryKind,
    pub(crate) document: Arc<[u8]>,
    keys: OnceLock<EventKeys>,
}

impl TailEvent {
    pub(crate) fn new(seq: Seq, id: EventId, kind: EntryKind, document: Arc<[u8]>) -> Self {
        Self { seq, id, kind, document, keys: OnceLock::new() }
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
    index: OnceLock<ChunkIndex>,
}

/// What searching a chunk takes.
#[derive(Debug)]
pub(crate) struct ChunkIndex {
    /// In search order: a position is an index into this.
    pub(crate) ordered: Vec<Arc<TailEvent>>,
    /// Key and position, ascending. None in the chunk that still grows, whose few events are looked through.
    pub(crate) postings: Option<Vec<(KeyHash, u16)>>,
}

impl Chunk {
    pub(crate) fn new(events: Vec<Arc<TailEvent>>) -> Self {
        Self { events, index: OnceLock::new() }
    }

    pub(crate) fn index(&self, deriver: &KeyDeriver) -> &ChunkIndex {
        self.index.get_or_init(|| {
            let ordered = in_search_order(&self.events, deriver);
            let mut postings: Vec<(KeyHash, u16)> = (0u16..)
                .zip(&ordered)
                .flat_map(|(position, event)| event.keys(deriver).hashes().map(move |key| (key, position)))
                .collect();
            postings.sort_unstable();
            postings.dedup();
            ChunkIndex { ordered, postings: Some(postings) }
        })
    }

    /// Of the chunk that still grows: sorting its postings for one search would not pay.
    fn growing(events: Vec<Arc<TailEvent>>, deriver: &KeyDeriver) -> Self {
        let ordered = in_search_order(&events, deriver);
        Self { events, index: OnceLock::from(ChunkIndex { ordered, postings: None }) }
    }

    pub(crate) fn is_indexed(&self) -> bool {
        self.index.get().is_some()
    }
}

fn in_search_order(events: &[Arc<TailEvent>], deriver: &KeyDeriver) -> Vec<Arc<TailEvent>> {
    let mut ordered = events.to_vec();
    ordered.sort_by_cached_key(|event| event.place(deriver));
    ordered
}

/// How many events a chunk has before the next begins; one row of the journal may go beyond.
const CHUNK_EVENTS: usize = 256;

/// The un-sealed events.
#[derive(Debug)]
pub(crate) struct Tail {
    chunk_events: usize,
    full: VecDeque<Arc<Chunk>>,
    growing: Vec<Arc<TailEvent>>,
    by_id: HashMap<EventId, Arc<TailEvent>>,
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
            by_id: HashMap::new(),
            events: 0,
            bytes: 0,
            full_bytes: 0,
        }
    }

    /// Adds the events of a row of the journal.
    pub(crate) fn push(&mut self, events: Vec<Arc<TailEvent>>) {
        for event in &events {
            self.bytes += event.document.len();
            self.by_id.insert(event.id, Arc::clone(event));
        }
        self.events += events.len();
        self.growing.extend(events);
        if self.growing.len() >= self.chunk_events {
            self.finish_chunk();
        }
    }

    /// Lets the growing chunk be sealed.
    pub(crate) fn finish_chunk(&mut self) {
        if !self.growing.is_empty() {
            self.full.push_back(Arc::new(Chunk::new(std::mem::take(&mut self.growing))));
            self.full_bytes = self.bytes;
        }
    }

    pub(crate) fn events(&self) -> usize {
        self.events
    }

    pub(crate) fn bytes(&self) -> usize {
        self.bytes
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
        self.full_bytes
    }

    pub(crate) fn get(&self, id: EventId) -> Option<&Arc<TailEvent>> {
        self.by_id.get(&id)
    }

    /// The first full chunk that has no index.
    pub(crate) fn not_indexed(&self) -> Option<Arc<Chunk>> {
        self.full.iter().find(|chunk| !chunk.is_indexed()).cloned()
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
            taken_bytes += chunk.events.iter().map(|event| event.document.len()).sum::<usize>();
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
    pub(crate) fn chunks(self, deriver: &KeyDeriver) -> Vec<Arc<Chunk>> {
        let mut chunks = self.full;
        if !self.growing.is_empty() {
            chunks.push(Arc::new(Chunk::growing(self.growing, deriver)));
        }
        chunks
    }

    /// By number, from `from` on.
    pub(crate) fn from(&self, from: Seq) -> impl Iterator<Item = &Arc<TailEvent>> {
        let full = self.full.iter().filter(move |chunk| chunk.events.last().is_some_and(|last| last.seq >= from));
        full.flat_map(|chunk| &chunk.events).chain(&self.growing).filter(move |event| event.seq >= from)
    }
}
