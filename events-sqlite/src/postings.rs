//! Gathering the positions of each key of a segment that is being sealed.

use std::collections::HashMap;

use crate::key_hash::{KeyHash, KeyedAlready};

/// Keys with their positions. Most keys repeat: only the few distinct ones are sorted, and all positions
/// share one allocation.
#[derive(Default)]
pub(crate) struct Postings {
    ranks: HashMap<KeyHash, u32, KeyedAlready>,
    /// In the order in which they came first.
    distinct: Vec<Distinct>,
    /// Rank of a key, and one of its positions.
    entries: Vec<(u32, u16)>,
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
        let rank = *self.ranks.entry(key).or_insert_with(|| {
            self.distinct.push(Distinct { key, count: 0, last: 0 });
            // 65,536 events with 65,536 keys each would not fit into memory.
            (self.distinct.len() - 1) as u32
        });
        let distinct = &mut self.distinct[rank as usize];
        if distinct.count > 0 && distinct.last == position {
            return;
        }
        distinct.count += 1;
        distinct.last = position;
        self.entries.push((rank, position));
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
