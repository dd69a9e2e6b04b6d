//! A set of positions in a part of the store: a bit for each of its events, in search order.

use std::ops::Range;

/// Which of `events` events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Positions {
    words: Vec<u64>,
    events: usize,
}

impl Positions {
    pub(crate) fn none(events: usize) -> Self {
        Self { words: vec![0; events.div_ceil(64)], events }
    }

    pub(crate) fn all(events: usize) -> Self {
        let mut all = Self { words: vec![u64::MAX; events.div_ceil(64)], events };
        all.clear_excess();
        all
    }

    /// Bits behind the last event are always zero.
    fn clear_excess(&mut self) {
        let excess = self.words.len() * 64 - self.events;
        if let Some(last) = self.words.last_mut() {
            *last &= u64::MAX >> excess;
        }
    }

    pub(crate) fn events(&self) -> usize {
        self.events
    }

    /// Adds one; what lies outside is ignored.
    pub(crate) fn insert(&mut self, position: usize) {
        if position < self.events {
            self.words[position / 64] |= 1 << (position % 64);
        }
    }

    pub(crate) fn contains(&self, position: usize) -> bool {
        position < self.events && self.words[position / 64] >> (position % 64) & 1 == 1
    }

    /// Adds a range; what lies outside is ignored.
    pub(crate) fn insert_range(&mut self, range: Range<usize>) {
        let (start, end) = (range.start, range.end.min(self.events));
        if start >= end {
            return;
        }
        let (first, last) = (start / 64, (end - 1) / 64);
        let (head, tail) = (u64::MAX << (start % 64), u64::MAX >> (63 - (end - 1) % 64));
        if first == last {
            self.words[first] |= head & tail;
            return;
        }
        self.words[first] |= head;
        self.words[first + 1..last].fill(u64::MAX);
        self.words[last] |= tail;
    }

    /// Adds a bitmap in little-endian bytes; what lies outside is ignored.
    pub(crate) fn insert_bitmap(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for (word, bytes) in self.words.iter_mut().zip(words) {
            *word |= u64::from_le_bytes(*bytes);
        }
        for (index, byte) in rest.iter().enumerate() {
            if let Some(word) = self.words.get_mut(words.len()) {
                *word |= u64::from(*byte) << (8 * index);
            }
        }
        self.clear_excess();
    }

    pub(crate) fn clear(&mut self) {
        self.words.fill(0);
    }

    pub(crate) fn union(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(word, other)| *word |= other);
    }

    pub(crate) fn intersect(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(word, other)| *word &= other);
    }

    pub(crate) fn subtract(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(word, other)| *word &= !other);
    }

    /// All the others.
    pub(crate) fn complement(mut self) -> Self {
        self.words.iter_mut().for_each(|word| *word = !*word);
        self.clear_excess();
        self
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    pub(crate) fn count(&self) -> u64 {
        self.words.iter().map(|word| u64::from(word.count_ones())).sum()
    }

    /// How many are in both.
    pub(crate) fn count_common(&self, other: &Self) -> u64 {
        self.words.iter().zip(&other.words).map(|(word, other)| u64::from((word & other).count_ones())).sum()
    }

    /// The largest below `end`.
    pub(crate) fn last_below(&self, end: usize) -> Option<usize> {
        let end = end.min(self.events);
        let last = end.checked_sub(1)?;
        let mut index = last / 64;
        let mut word = self.words[index] & u64::MAX >> (63 - last % 64);
        loop {
            if word != 0 {
                return Some(index * 64 + 63 - word.leading_zeros() as usize);
            }
            index = index.checked_sub(1)?;
            word = self.words[index];
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn of(events: usize, set: &BTreeSet<usize>) -> Positions {
        let mut positions = Positions::none(events);
        set.iter().for_each(|position| positions.insert(*position));
        positions
    }

    fn listed(positions: &Positions) -> Vec<usize> {
        let mut end = positions.events();
        let mut found = Vec::new();
        while let Some(position) = positions.last_below(end) {
            found.push(position);
            end = position;
        }
        found.reverse();
        found
    }

    proptest! {
        #[test]
        fn sets_behave_like_sets(
            events in 1usize..300,
            left in proptest::collection::btree_set(0usize..300, 0..100),
            right in proptest::collection::btree_set(0usize..300, 0..100),
            start in 0usize..300,
            length in 0usize..300,
        ) {
            let left: BTreeSet<usize> = left.into_iter().filter(|position| *position < events).collect();
            let right: BTreeSet<usize> = right.into_iter().filter(|position| *position < events).collect();
            let (a, b) = (of(events, &left), of(events, &right));
            let combined = |operation: fn(&mut Positions, &Positions)| {
                let mut result = a.clone();
                operation(&mut result, &b);
                listed(&result)
            };
            prop_assert_eq!(combined(Positions::union), left.union(&right).copied().collect::<Vec<_>>());
            prop_assert_eq!(combined(Positions::intersect), left.intersection(&right).copied().collect::<Vec<_>>());
            prop_assert_eq!(combined(Positions::subtract), left.difference(&right).copied().collect::<Vec<_>>());
            prop_assert_eq!(a.count(), left.len() as u64);
            prop_assert_eq!(a.count_common(&b), left.intersection(&right).count() as u64);
            prop_assert_eq!(listed(&a.clone().complement()), (0..events).filter(|at| !left.contains(at)).collect::<Vec<_>>());
            let mut range = Positions::none(events);
            range.insert_range(start..start + length);
            prop_assert_eq!(listed(&range), (start..(start + length).min(events).max(start)).collect::<Vec<_>>());
            prop_assert!((0..events).all(|position| range.contains(position) == (start..start + length).contains(&position)));
        }
    }
}
