//! Gathering the positions of each key of a segment that is being sealed.

use std::{collections::HashMap, sync::Arc};

use crate::{
    event_keys::KeySet,
    key_hash::{KeyHash, KeyedAlready},
};

/// Keys with their positions. Most keys repeat: only the few distinct ones are sorted, and all positions
/// share one allocation.
#[derive(Default)]
pub(crate) struct Postings {
    ranks: HashMap<KeyHash, u32, KeyedAlready>,
    /// In the order in which they came first.
    distinct: Vec<Distinct>,
    /// Rank of a key, and one of its positions.
    entries: Vec<(u32, u16)>,
    /// The ranks of the keys of sets that several events have, by the address of the set.
    sets: HashMap<usize, Box<[u32]>>,
}

struct Distinct {
    key: KeyHash,
    /// How many positions it has.
    count: u32,
    last: u16,
}

impl Postings {
    /// Adds a position of a key, none smaller than those before; one that comes again at once counts once.
    pub(crate) fn add(&mut self, key: KeyHash, position: u16) {
        let rank = self.rank(key);
        put(&mut self.distinct, &mut self.entries, rank, position);
    }

    /// Adds a position of all keys of a set, which must live for as long as this does: it is known by where it is.
    pub(crate) fn add_set(&mut self, set: &Arc<KeySet>, position: u16) {
        let address = Arc::as_ptr(set).addr();
        if !self.sets.contains_key(&address) {
            let ranks = set.hashes.iter().map(|key| self.rank(*key)).collect();
            self.sets.insert(address, ranks);
        }
        let Self { sets, distinct, entries, .. } = self;
        sets[&address].iter().for_each(|rank| put(distinct, entries, *rank, position));
    }

    fn rank(&mut self, key: KeyHash) -> u32 {
        *self.ranks.entry(key).or_insert_with(|| {
            self.distinct.push(Distinct { key, count: 0, last: 0 });
            // 65,536 events with 65,536 keys each would not fit into memory.
            (self.distinct.len() - 1) as u32
        })
    }

    /// How many keys.
    pub(crate) fn distinct(&self) -> usize {
        self.distinct.len()
    }

    /// The keys that came first when there were `known` already.
    pub(crate) fn since(&self, known: usize) -> impl Iterator<Item = KeyHash> {
        self.distinct[known..].iter().map(|distinct| distinct.key)
    }

    /// Calls `each` with every key, ascending, and its ascending positions.
    pub(crate) fn for_each_sorted<E>(self, mut each: impl FnMut(KeyHash, &[u16]) -> Result<(), E>) -> Result<(), E> {
        let mut positions = vec![0; self.entries.len()];
        let mut ends = Vec::with_capacity(self.distinct.len());
        let mut end = 0;
        for distinct in &self.distinct {
            ends.push(end);
            end += distinct.count as usize;
        }
        for (rank, position) in &self.entries {
            let end = &mut ends[*rank as usize];
            positions[*end] = *position;
            *end += 1;
        }
        let mut sorted: Vec<(KeyHash, usize, usize)> = self
            .distinct
            .iter()
            .zip(&ends)
            .map(|(distinct, end)| (distinct.key, distinct.count as usize, *end))
            .collect();
        sorted.sort_unstable();
        sorted.into_iter().try_for_each(|(key, count, end)| each(key, &positions[end - count..end]))
    }
}

fn put(distinct: &mut [Distinct], entries: &mut Vec<(u32, u16)>, rank: u32, position: u16) {
    let distinct = &mut distinct[rank as usize];
    if distinct.count > 0 && distinct.last == position {
        return;
    }
    distinct.count += 1;
    distinct.last = position;
    entries.push((rank, position));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_sorted_with_their_positions() {
        let mut postings = Postings::default();
        for (key, position) in [(7, 0), (3, 0), (7, 0), (7, 2), (9, 3), (9, 3), (3, 4), (7, 9)] {
            postings.add(KeyHash(key), position);
        }
        assert_eq!(postings.since(2).collect::<Vec<_>>(), [KeyHash(9)]);
        let mut found = Vec::new();
        let result: Result<(), ()> = postings.for_each_sorted(|key, positions| {
            found.push((key.0, positions.to_vec()));
            Ok(())
        });
        assert_eq!((result, found), (Ok(()), vec![(3, vec![0, 4]), (7, vec![0, 2, 9]), (9, vec![3])]));
    }
}
