//! A set of positions in a part of the store: the places of its events in search order.
//!
//! Most keys have few events in a part of thousands, and so has what most viewers see of it. A few positions
//! are a short list; only many are a bit for each event of the part.

use std::ops::Range;

/// Which of `events` events.
#[derive(Clone, Debug)]
pub(crate) struct Positions {
    events: usize,
    set: Set,
}

#[derive(Clone, Debug)]
enum Set {
    /// Ascending, each once.
    Few(Vec<u16>),
    Many(Bits),
}

/// Events of a part for each position in a list. A longer list would take more than an eighth of the bits' room.
const EVENTS_PER_LISTED: usize = 128;

/// The longest list in a part of so many events.
pub(crate) const fn most_listed(events: usize) -> usize {
    events / EVENTS_PER_LISTED
}

impl From<Bits> for Positions {
    fn from(bits: Bits) -> Self {
        Self { events: bits.events, set: Set::Many(bits) }
    }
}

impl Positions {
    pub(crate) fn none(events: usize) -> Self {
        Self { events, set: Set::Few(Vec::new()) }
    }

    pub(crate) fn all(events: usize) -> Self {
        Self::of_range(events, 0..events)
    }

    /// What lies outside is left out.
    pub(crate) fn of_range(events: usize, range: Range<usize>) -> Self {
        let mut bits = Bits::none(events);
        bits.insert_range(range);
        bits.into()
    }

    /// Of ascending positions, each once, all of them below `events`.
    pub(crate) fn of_listed(events: usize, listed: Vec<u16>) -> Self {
        debug_assert!(listed.is_sorted_by(|left, right| left < right));
        debug_assert!(listed.last().is_none_or(|last| usize::from(*last) < events));
        if listed.len() <= most_listed(events) {
            return Self { events, set: Set::Few(listed) };
        }
        let mut bits = Bits::none(events);
        listed.iter().for_each(|position| bits.insert(usize::from(*position)));
        bits.into()
    }

    pub(crate) fn events(&self) -> usize {
        self.events
    }

    /// How much memory it takes.
    pub(crate) fn bytes(&self) -> usize {
        size_of::<Self>()
            + match &self.set {
                Set::Few(listed) => 2 * listed.capacity(),
                Set::Many(bits) => 8 * bits.words.capacity(),
            }
    }

    pub(crate) fn contains(&self, position: usize) -> bool {
        match &self.set {
            Set::Few(listed) => u16::try_from(position).is_ok_and(|position| listed.binary_search(&position).is_ok()),
            Set::Many(bits) => bits.contains(position),
        }
    }

    pub(crate) fn union(&mut self, other: &Self) {
        match (&mut self.set, &other.set) {
            (_, Set::Few(listed)) if listed.is_empty() => {}
            (Set::Few(listed), _) if listed.is_empty() => self.set = other.set.clone(),
            (Set::Few(listed), Set::Few(more)) => {
                let mut both = Vec::with_capacity(listed.len() + more.len());
                both.extend_from_slice(listed);
                both.extend_from_slice(more);
                both.sort_unstable();
                both.dedup();
                *self = Self::of_listed(self.events, both);
            }
            (Set::Few(listed), Set::Many(more)) => {
                let mut bits = more.clone();
                listed.iter().for_each(|position| bits.insert(usize::from(*position)));
                self.set = Set::Many(bits);
            }
            (Set::Many(bits), Set::Few(more)) => {
                more.iter().for_each(|position| bits.insert(usize::from(*position)));
            }
            (Set::Many(bits), Set::Many(more)) => bits.combine(more, |word, more| word | more),
        }
    }

    pub(crate) fn intersect(&mut self, other: &Self) {
        match (&mut self.set, &other.set) {
            (Set::Few(listed), _) => listed.retain(|position| other.contains(usize::from(*position))),
            (Set::Many(bits), Set::Few(others)) => {
                let both = others.iter().copied().filter(|position| bits.contains(usize::from(*position)));
                self.set = Set::Few(both.collect());
            }
            (Set::Many(bits), Set::Many(others)) => bits.combine(others, |word, other| word & other),
        }
    }

    pub(crate) fn subtract(&mut self, other: &Self) {
        match (&mut self.set, &other.set) {
            (Set::Few(listed), _) => listed.retain(|position| !other.contains(usize::from(*position))),
            (Set::Many(bits), Set::Few(others)) => {
                others.iter().for_each(|position| bits.remove(usize::from(*position)));
            }
            (Set::Many(bits), Set::Many(others)) => bits.combine(others, |word, other| word & !other),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        match &self.set {
            Set::Few(listed) => listed.is_empty(),
            Set::Many(bits) => bits.words.iter().all(|word| *word == 0),
        }
    }

    pub(crate) fn count(&self) -> u64 {
        match &self.set {
            Set::Few(listed) => listed.len() as u64,
            Set::Many(bits) => bits.words.iter().map(|word| u64::from(word.count_ones())).sum(),
        }
    }

    /// How many are in both.
    pub(crate) fn count_common(&self, other: &Self) -> u64 {
        match (&self.set, &other.set) {
            (Set::Few(listed), _) => {
                listed.iter().filter(|position| other.contains(usize::from(**position))).count() as u64
            }
            (Set::Many(_), Set::Few(_)) => other.count_common(self),
            (Set::Many(bits), Set::Many(others)) => {
                let words = bits.words.iter().zip(&others.words);
                words.map(|(word, other)| u64::from((word & other).count_ones())).sum()
            }
        }
    }

    /// The largest below `end`.
    pub(crate) fn last_below(&self, end: usize) -> Option<usize> {
        match &self.set {
            Set::Few(listed) => {
                let below = listed.partition_point(|position| usize::from(*position) < end);
                below.checked_sub(1).map(|last| usize::from(listed[last]))
            }
            Set::Many(bits) => bits.last_below(end),
        }
    }
}

/// A bit for each of `events` events; those behind the last event are zero.
#[derive(Clone, Debug)]
pub(crate) struct Bits {
    words: Vec<u64>,
    events: usize,
}

impl Bits {
    pub(crate) fn none(events: usize) -> Self {
        Self { words: vec![0; events.div_ceil(64)], events }
    }

    /// Bits in little-endian bytes; what lies outside is left out.
    pub(crate) fn of_bytes(events: usize, bytes: &[u8]) -> Self {
        let mut bits = Self { words: Vec::with_capacity(events.div_ceil(64)), events };
        let (words, rest) = bytes.as_chunks::<8>();
        bits.words.extend(words.iter().take(events.div_ceil(64)).map(|word| u64::from_le_bytes(*word)));
        if bits.words.len() < events.div_ceil(64) {
            let mut last = [0; 8];
            last[..rest.len()].copy_from_slice(rest);
            bits.words.push(u64::from_le_bytes(last));
            bits.words.resize(events.div_ceil(64), 0);
        }
        let excess = bits.words.len() * 64 - events;
        if let Some(last) = bits.words.last_mut() {
            *last &= u64::MAX >> excess;
        }
        bits
    }

    /// Adds one; what lies outside is ignored.
    pub(crate) fn insert(&mut self, position: usize) {
        if position < self.events {
            self.words[position / 64] |= 1 << (position % 64);
        }
    }

    fn remove(&mut self, position: usize) {
        if position < self.events {
            self.words[position / 64] &= !(1 << (position % 64));
        }
    }

    fn contains(&self, position: usize) -> bool {
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

    /// Calls `each` for every position, ascending, and removes it.
    pub(crate) fn drain(&mut self, mut each: impl FnMut(usize)) {
        for (index, word) in self.words.iter_mut().enumerate() {
            let mut bits = std::mem::take(word);
            while bits != 0 {
                each(index * 64 + bits.trailing_zeros() as usize);
                bits &= bits - 1;
            }
        }
    }

    fn combine(&mut self, other: &Self, combined: impl Fn(u64, u64) -> u64) {
        self.words.iter_mut().zip(&other.words).for_each(|(word, other)| *word = combined(*word, *other));
    }

    fn last_below(&self, end: usize) -> Option<usize> {
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

    /// A list of them, and bits.
    fn both_ways(events: usize, set: &BTreeSet<usize>) -> [Positions; 2] {
        let mut bits = Bits::none(events);
        set.iter().for_each(|position| bits.insert(*position));
        [Positions { events, set: Set::Few(set.iter().map(|position| *position as u16).collect()) }, bits.into()]
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
        fn sets_behave_like_sets_however_they_are_kept(
            events in 1usize..300,
            left in proptest::collection::btree_set(0usize..300, 0..100),
            right in proptest::collection::btree_set(0usize..300, 0..100),
            start in 0usize..300,
            length in 0usize..300,
        ) {
            let left: BTreeSet<usize> = left.into_iter().filter(|position| *position < events).collect();
            let right: BTreeSet<usize> = right.into_iter().filter(|position| *position < events).collect();
            for a in both_ways(events, &left) {
                for b in both_ways(events, &right) {
                    let combined = |operation: fn(&mut Positions, &Positions)| {
                        let mut result = a.clone();
                        operation(&mut result, &b);
                        prop_assert_eq!(result.count() as usize, listed(&result).len());
                        prop_assert_eq!(result.is_empty(), listed(&result).is_empty());
                        Ok(listed(&result))
                    };
                    prop_assert_eq!(combined(Positions::union)?, left.union(&right).copied().collect::<Vec<_>>());
                    prop_assert_eq!(combined(Positions::intersect)?, left.intersection(&right).copied().collect::<Vec<_>>());
                    prop_assert_eq!(combined(Positions::subtract)?, left.difference(&right).copied().collect::<Vec<_>>());
                    prop_assert_eq!(a.count_common(&b), left.intersection(&right).count() as u64);
                }
                prop_assert_eq!(a.count(), left.len() as u64);
                prop_assert!((0..events + 70).all(|position| a.contains(position) == left.contains(&position)));
            }
            let of_listed = Positions::of_listed(events, left.iter().map(|position| *position as u16).collect());
            prop_assert_eq!(listed(&of_listed), left.into_iter().collect::<Vec<_>>());
            let mut bits = Bits::none(events);
            bits.insert_range(start..start + length);
            let mut drained = Vec::new();
            bits.drain(|position| drained.push(position));
            prop_assert_eq!(drained, (start..(start + length).min(events).max(start)).collect::<Vec<_>>());
            prop_assert!(Positions::from(bits).is_empty());
            let range = Positions::of_range(events, start..start + length);
            prop_assert_eq!(listed(&range), (start..(start + length).min(events).max(start)).collect::<Vec<_>>());
            prop_assert!((0..events).all(|position| range.contains(position) == (start..start + length).contains(&position)));
        }

        #[test]
        fn bits_read_back_whatever_their_length(events in 1usize..300, bytes in proptest::collection::vec(any::<u8>(), 0..50)) {
            let bits = Positions::from(Bits::of_bytes(events, &bytes));
            let set = |position: usize| bytes.get(position / 8).is_some_and(|byte| byte >> (position % 8) & 1 == 1);
            prop_assert_eq!(listed(&bits), (0..events).filter(|position| set(*position)).collect::<Vec<_>>());
        }
    }
}
