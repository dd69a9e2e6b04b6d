//! Counting by value, in bounded memory.

use std::{cmp::Reverse, collections::HashMap};

use super::Buckets;
use crate::room::Room;

/// How often each value comes. Different values have room together; where there is none for one more, counting is over,
/// and the answer says that it is [`full`](Buckets::full).
///
/// ```
/// use events_core::Counts;
///
/// let mut counts = Counts::default();
/// assert!(counts.add("high", 1) && counts.add("low", 3) && counts.add("high", 1));
/// let buckets = counts.into_buckets(1);
/// assert_eq!(buckets.buckets, [("low".to_owned(), 3)]);
/// assert_eq!((buckets.distinct, buckets.values, buckets.full), (2, 5, false));
/// ```
#[derive(Debug)]
pub struct Counts {
    counts: HashMap<String, u64>,
    room: Room,
    full: bool,
}

impl Default for Counts {
    fn default() -> Self {
        Self { counts: HashMap::new(), room: Room::of(Self::ROOM), full: false }
    }
}

impl Counts {
    /// Room for the values of one answer, in bytes: a million short ones have it, as many as figures look at.
    pub const ROOM: usize = 128 * 1_024 * 1_024;

    /// Memory that a value takes, about: its text, and what it takes to count it.
    pub fn weight(value: &str) -> usize {
        value.len() + 48
    }

    /// A value comes so many times more; false where it has no room, and nothing more is worth counting.
    pub fn add(&mut self, value: &str, times: u64) -> bool {
        if let Some(count) = self.counts.get_mut(value) {
            *count += times;
            return true;
        }
        let fits = self.room.take(Self::weight(value));
        if fits {
            self.counts.insert(value.to_owned(), times);
        }
        self.full |= !fits;
        fits
    }

    /// The answer, with the `size` largest of them.
    pub fn into_buckets(self, size: usize) -> Buckets {
        let (distinct, values) = (self.counts.len() as u64, self.counts.values().sum());
        let mut buckets: Vec<(String, u64)> = self.counts.into_iter().collect();
        buckets.sort_unstable_by(|(one, ones), (other, others)| (Reverse(ones), one).cmp(&(Reverse(others), other)));
        buckets.truncate(size);
        Buckets { buckets, distinct, values, full: self.full, ..Buckets::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counting_is_over_where_values_have_no_more_room() {
        let text = |number: usize| format!("{number}{}", "x".repeat(1_024 * 1_024));
        let mut counts = Counts::default();
        let counted = (0..1_000).take_while(|number| counts.add(&text(*number), 1)).count();
        assert_eq!(counted, 127, "what it takes to count them is no text");
        assert!(counts.add(&text(3), 1), "what is counted goes on to be");
        let Buckets { buckets, distinct, values, full, cut, .. } = counts.into_buckets(2);
        assert!(full && !cut);
        assert_eq!((distinct, values), (127, 128));
        assert_eq!(buckets.iter().map(|(_, count)| *count).collect::<Vec<_>>(), [2, 1]);
    }
}
