//! Gathering the positions of each key of a segment that is being sealed.

use std::{collections::HashMap, sync::Arc};

use crate::{
    event_keys::{EventKeys, KeySet, ListedValue},
    key_hash::KeyHash,
    positions::Bits,
};

/// The keys of some events, with their positions.
///
/// A set that events have in common is looked at once: what counts for it counts for each of its keys. What is
/// left is a list of pairs that is sorted, where a map by key would miss the processor's cache all the time.
#[derive(Default)]
pub(crate) struct Postings<'k> {
    /// With their documents.
    events: Vec<(&'k KeySet, &'k [u8])>,
    sets: Vec<(&'k KeySet, Vec<u16>)>,
    /// By where a set is.
    numbers: HashMap<*const KeySet, usize>,
}

/// A key, its positions, and where it comes from.
pub(crate) struct KeyPositions<'k, 'p> {
    pub(crate) key: KeyHash,
    /// Ascending, each once.
    pub(crate) positions: &'p [u16],
    /// Keys with the same number here have the same positions.
    pub(crate) same: Option<usize>,
    pub(crate) listed: Option<ListedValue<'k>>,
}

/// A key of an event or of a set.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    high: u64,
    low: u64,
    /// The position of an event; beyond all positions, the number of a set.
    of: u32,
    /// Which of its keys.
    index: u32,
}

impl Entry {
    fn first_byte(&self) -> usize {
        (self.high >> 56) as usize
    }
}

/// Numbers of sets begin here.
const SETS: u32 = 1 << 16;

impl<'k> Postings<'k> {
    /// Adds the keys of the next event, which come from this document.
    pub(crate) fn add(&mut self, keys: &'k EventKeys, document: &'k [u8]) {
        // Positions have 16 bits, and so has a segment.
        let position = self.events.len() as u16;
        self.events.push((&keys.own, document));
        for set in keys.shared.iter().filter(|set| !set.is_empty()) {
            let number = *self.numbers.entry(Arc::as_ptr(set)).or_insert_with(|| {
                self.sets.push((set, Vec::new()));
                self.sets.len() - 1
            });
            self.sets[number].1.push(position);
        }
    }

    /// Calls `each` with every key, ascending.
    pub(crate) fn for_each_sorted<E>(
        &self,
        mut each: impl FnMut(KeyPositions<'k, '_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let entries = self.entries();
        let mut positions: Vec<u16> = Vec::new();
        let mut bits = Bits::none(self.events.len());
        for of_key in entries.chunk_by(|left, right| (left.high, left.low) == (right.high, right.low)) {
            let first = of_key[0];
            let key = KeyHash(u128::from(first.high) << 64 | u128::from(first.low));
            let (keys, document) = self.source(first.of);
            let listed = keys[first.index as usize].listed(document);
            let set = |entry: &Entry| entry.of.checked_sub(SETS).map(|number| number as usize);
            if let ([_], Some(number)) = (of_key, set(&first)) {
                each(KeyPositions { key, positions: &self.sets[number].1, same: Some(number), listed })?;
                continue;
            }
            positions.clear();
            if of_key.iter().all(|entry| entry.of < SETS) {
                positions.extend(of_key.iter().map(|entry| entry.of as u16));
                // An event may have a key twice.
                positions.dedup();
            } else {
                for entry in of_key {
                    match set(entry) {
                        None => bits.insert(entry.of as usize),
                        Some(number) => {
                            self.sets[number].1.iter().for_each(|position| bits.insert(usize::from(*position)));
                        }
                    }
                }
                bits.drain(|position| positions.push(position as u16));
            }
            each(KeyPositions { key, positions: &positions, same: None, listed })?;
        }
        Ok(())
    }

    /// How many sets: their numbers are below.
    pub(crate) fn sets(&self) -> usize {
        self.sets.len()
    }

    /// Some keys, and the document they come from if it is one.
    fn source(&self, of: u32) -> (&'k KeySet, &'k [u8]) {
        match of.checked_sub(SETS) {
            None => self.events[of as usize],
            Some(number) => (self.sets[number as usize].0, &[]),
        }
    }

    /// All keys, sorted: first by their first byte, since what is compared then fits into the processor's cache.
    fn entries(&self) -> Vec<Entry> {
        let mut next = [0usize; 256];
        self.for_each_entry(|entry| next[entry.first_byte()] += 1);
        let mut begin = 0;
        for next in &mut next {
            begin += std::mem::replace(next, begin);
        }
        let mut entries = vec![Entry::default(); begin];
        self.for_each_entry(|entry| {
            let next = &mut next[entry.first_byte()];
            entries[*next] = entry;
            *next += 1;
        });
        let mut begin = 0;
        for end in next {
            entries[begin..end].sort_unstable();
            begin = end;
        }
        entries
    }

    fn for_each_entry(&self, mut each: impl FnMut(Entry)) {
        let events = (0..SETS).zip(self.events.iter().map(|(keys, _)| *keys));
        // 65,536 events with 65,536 sets each would not fit into memory.
        let sets = (SETS..).zip(self.sets.iter().map(|(set, _)| *set));
        for (of, keys) in events.chain(sets) {
            for (index, key) in (0..).zip(keys) {
                each(Entry { high: key.hash.high(), low: key.hash.low(), of, index });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use events_core::Timestamp;

    use super::*;
    use crate::event_keys::HashedKey;

    fn set(keys: &[u128]) -> KeySet {
        keys.iter().map(|key| HashedKey::of_hash(KeyHash(*key))).collect()
    }

    #[test]
    fn keys_come_sorted_with_their_positions() {
        let (one, other) = (Arc::new(set(&[5, 7, 1 << 100])), Arc::new(set(&[5, 8])));
        let nothing = Arc::<KeySet>::default();
        let event = |own: &[u128], shared: [&Arc<KeySet>; 2]| EventKeys {
            created: None,
            timestamp: Timestamp::from_millis(0),
            own: set(own),
            shared: [shared[0].clone(), shared[1].clone(), nothing.clone(), nothing.clone()],
        };
        let events = [
            event(&[7, 3, 7], [&one, &nothing]),
            event(&[], [&one, &other]),
            event(&[7, 1 << 100 | 1], [&other, &nothing]),
            event(&[3, 9, 9], [&nothing, &nothing]),
        ];
        let mut postings = Postings::default();
        events.iter().for_each(|event| postings.add(event, &[]));
        let mut found = Vec::new();
        let result: Result<(), ()> = postings.for_each_sorted(|gathered| {
            found.push((gathered.key.0, gathered.positions.to_vec(), gathered.same));
            Ok(())
        });
        let expected = [
            (3, vec![0, 3], None),
            (5, vec![0, 1, 2], None),
            (7, vec![0, 1, 2], None),
            (8, vec![1, 2], Some(1)),
            (9, vec![3], None),
            (1 << 100, vec![0, 1], Some(0)),
            (1 << 100 | 1, vec![2], None),
        ];
        assert_eq!(result, Ok(()));
        assert_eq!(found, expected);
    }
}
