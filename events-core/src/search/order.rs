//! Orders that are asked for.

use std::{cmp::Reverse, collections::BinaryHeap, fmt};

use super::{
    Found,
    field::{Field, FieldKind},
    number::Number,
    values,
};
use crate::{acl::Visibility, id::EventId, keys::Keys, timestamp::Timestamp};

/// By which attribute, and which way. Events without it come last, whichever way.
///
/// Of several values the largest counts where the largest come first, otherwise the smallest.
///
/// ```
/// use events_core::{Direction, Field, Order};
///
/// let order = Order::from("created:desc");
/// assert_eq!(order, Order { by: Field::at("created"), direction: Direction::Descending });
/// assert_eq!(Order::from("resource/href").direction, Direction::Ascending);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// The attribute.
    pub by: Field,
    /// Which way.
    pub direction: Direction,
}

/// Which way an order goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// The smallest, the oldest first.
    Ascending,
    /// The largest, the newest first.
    Descending,
}

/// As `orderby` has it: an attribute, and `:asc` or `:desc` where it says which way.
impl From<&str> for Order {
    fn from(text: &str) -> Self {
        let text = text.trim();
        let (by, direction) = match text.rsplit_once(':') {
            Some((by, "asc")) => (by, Direction::Ascending),
            Some((by, "desc")) => (by, Direction::Descending),
            _ => (text, Direction::Ascending),
        };
        Self { by: Field::at(by.trim()), direction }
    }
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let direction = match self.direction {
            Direction::Ascending => "asc",
            Direction::Descending => "desc",
        };
        write!(f, "{}:{direction}", self.by)
    }
}

/// A value as orders compare it: numbers before texts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum SortValue {
    Number(Number),
    Text(String),
}

/// Where an event stands in an order: smaller is earlier.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank {
    by: Vec<Placed>,
    id: Directed,
}

/// Of one order, all are placed one way.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Placed {
    Ascending(SortValue),
    Descending(Reverse<SortValue>),
    /// Last.
    Missing,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Directed {
    Ascending(EventId),
    Descending(Reverse<EventId>),
}

impl Rank {
    /// Of an event of which so much is seen: what is hidden is missing.
    ///
    /// Ties are in the order of the ids, in the direction of the last order.
    pub fn of(orders: &[Order], document: &[u8], keys: &Keys<'_>, visibility: Visibility) -> Self {
        let by = orders.iter().map(|order| Placed::of(order, document, keys, visibility)).collect();
        let id = match orders.last().map(|order| order.direction) {
            Some(Direction::Ascending) => Directed::Ascending(keys.id),
            Some(Direction::Descending) | None => Directed::Descending(Reverse(keys.id)),
        };
        Self { by, id }
    }

    /// How many bytes its texts take.
    fn weight(&self) -> usize {
        let texts = self.by.iter().map(|placed| match placed {
            Placed::Ascending(SortValue::Text(text)) | Placed::Descending(Reverse(SortValue::Text(text))) => text.len(),
            _ => 0,
        });
        texts.sum()
    }
}

impl Placed {
    fn of(order: &Order, document: &[u8], keys: &Keys<'_>, visibility: Visibility) -> Self {
        let Order { by, direction } = order;
        if visibility < by.visible_from() {
            return Self::Missing;
        }
        let mut found: Option<SortValue> = None;
        values::each(by, document, keys, &mut |text| {
            let Some(value) = SortValue::of(by.kind(), &text) else { return };
            let replaces = match (&found, direction) {
                (None, _) => true,
                (Some(found), Direction::Ascending) => value < *found,
                (Some(found), Direction::Descending) => value > *found,
            };
            if replaces {
                found = Some(value);
            }
        });
        match (found, direction) {
            (None, _) => Self::Missing,
            (Some(value), Direction::Ascending) => Self::Ascending(value),
            (Some(value), Direction::Descending) => Self::Descending(Reverse(value)),
        }
    }
}

impl SortValue {
    fn of(kind: FieldKind, text: &str) -> Option<Self> {
        Some(match kind {
            FieldKind::Missing => return None,
            FieldKind::Text | FieldKind::Words => Self::Text(text.to_owned()),
            FieldKind::Boolean => Self::Number(Number::of_integer(i64::from(text == "true"))),
            FieldKind::Integer => Self::Number(Number::of_text(text)?),
            FieldKind::Instant => Self::Number(Number::of_integer(text.parse::<Timestamp>().ok()?.millis())),
            FieldKind::Detail => Number::of_text(text).map_or_else(|| Self::Text(text.to_owned()), Self::Number),
        })
    }
}

/// The first of many events in an order, in bounded memory: so many, and the documents of those that have room
/// together. Of the others only the rank is kept, and the place where they are read again. Ranks have room of their
/// own: where they need more, fewer are the first.
#[derive(Debug)]
pub struct First<P> {
    most: usize,
    bytes: usize,
    /// The last of them on top.
    kept: BinaryHeap<Ranked<P>>,
    /// Bytes of the documents and of the ranks that are kept.
    documents: usize,
    ranks: usize,
    is_short: bool,
}

/// Room that ranks have however few bytes of documents are asked for: also those count that an offset leaves out.
const ROOM_OF_RANKS: usize = 16 * 1_024 * 1_024;

#[derive(Debug)]
struct Ranked<P> {
    rank: Rank,
    place: P,
    found: Option<Found>,
}

impl<P> PartialEq for Ranked<P> {
    fn eq(&self, other: &Self) -> bool {
        self.rank == other.rank
    }
}

impl<P> Eq for Ranked<P> {}

impl<P> PartialOrd for Ranked<P> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<P> Ord for Ranked<P> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.rank.cmp(&other.rank)
    }
}

impl<P> First<P> {
    /// At most so many, and so many bytes.
    pub fn of(most: usize, bytes: usize) -> Self {
        Self { most, bytes, kept: BinaryHeap::new(), documents: 0, ranks: 0, is_short: false }
    }

    /// One more of the many, and where it is read again.
    pub fn add(&mut self, rank: Rank, place: P, found: Found) {
        while self.kept.len() >= self.most || !self.has_room_for(&rank) {
            if self.kept.peek().is_none_or(|last| rank >= last.rank) {
                return;
            }
            self.drop_last();
        }
        let weight = found.stored().len();
        let found = (self.documents.saturating_add(weight) <= self.bytes).then_some(found);
        self.documents += if found.is_some() { weight } else { 0 };
        self.ranks += rank.weight();
        self.kept.push(Ranked { rank, place, found });
    }

    /// Whether there is room for one more rank. From where there is none, no more are kept than are.
    fn has_room_for(&mut self, rank: &Rank) -> bool {
        let fits = self.kept.is_empty() || self.ranks.saturating_add(rank.weight()) <= self.bytes.max(ROOM_OF_RANKS);
        if !fits {
            (self.most, self.is_short) = (self.kept.len(), true);
        }
        fits
    }

    fn drop_last(&mut self) {
        if let Some(Ranked { rank, found, .. }) = self.kept.pop() {
            self.ranks -= rank.weight();
            self.documents -= found.map_or(0, |found| found.stored().len());
        }
    }

    /// Whether fewer are kept than were asked for, because ranks take so much room: there are more behind them.
    pub fn is_short(&self) -> bool {
        self.is_short
    }

    /// The place of the last of them, once there are as many as there may be.
    pub fn last(&self) -> Option<&P> {
        self.kept.peek().filter(|_| self.kept.len() == self.most).map(|last| &last.place)
    }

    /// In their order, without the first `offset` of them: their places, and those that are kept whole.
    pub fn behind(self, offset: usize) -> impl Iterator<Item = (P, Option<Found>)> {
        self.kept.into_sorted_vec().into_iter().skip(offset).map(|ranked| (ranked.place, ranked.found))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rank(number: u128) -> Rank {
        Rank { by: Vec::new(), id: Directed::Ascending(EventId::from_u128(number)) }
    }

    #[test]
    fn documents_are_kept_as_far_as_there_is_room() {
        let mut first = First::of(3, 10);
        for (number, weight) in [(4, 4), (9, 6), (5, 7), (1, 1), (2, 9)] {
            first.add(rank(number), number, Found::new(vec![0; weight].into(), Visibility::Everything));
        }
        assert_eq!(first.last(), Some(&4));
        assert!(!first.is_short());
        let kept: Vec<_> = first.behind(1).map(|(number, found)| (number, found.is_some())).collect();
        assert_eq!(kept, [(2, false), (4, true)], "what did not fit is read again");
    }

    #[test]
    fn as_many_are_first_as_their_ranks_have_room() {
        let text =
            |number: u32| Placed::Ascending(SortValue::Text(format!("{number}{}", "x".repeat(ROOM_OF_RANKS / 3 - 1))));
        let rank = |number: u32| Rank { by: vec![text(number)], id: Directed::Ascending(EventId::from_u128(0)) };
        let add = |first: &mut First<u32>, number: u32| {
            first.add(rank(number), number, Found::new(vec![0; 2_000].into(), Visibility::Everything));
        };
        let mut first = First::of(100, 10);
        [5, 9, 3, 7, 1, 8].into_iter().for_each(|number| add(&mut first, number));
        assert!(first.is_short());
        assert_eq!(first.last(), Some(&5), "there are as many as there may be");
        assert_eq!(first.behind(0).map(|(number, _)| number).collect::<Vec<_>>(), [1, 3, 5]);
    }
}
