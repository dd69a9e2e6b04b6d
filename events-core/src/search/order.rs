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
/// together. Of the others only the place is kept, where they are read again.
#[derive(Debug)]
pub struct First<P> {
    most: usize,
    room: usize,
    /// The last of them on top.
    kept: BinaryHeap<Ranked<P>>,
}

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
    /// At most so many, and so many bytes of documents.
    pub fn of(most: usize, bytes: usize) -> Self {
        Self { most, room: bytes, kept: BinaryHeap::new() }
    }

    /// One more of the many, and where it is read again.
    pub fn add(&mut self, rank: Rank, place: P, found: Found) {
        if self.kept.len() >= self.most {
            if self.kept.peek().is_none_or(|last| rank >= last.rank) {
                return;
            }
            let last = self.kept.pop().and_then(|last| last.found);
            self.room += last.map_or(0, |found| found.stored().len());
        }
        let weight = found.stored().len();
        let found = (weight <= self.room).then_some(found);
        self.room -= if found.is_some() { weight } else { 0 };
        self.kept.push(Ranked { rank, place, found });
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
        let kept: Vec<_> = first.behind(1).map(|(number, found)| (number, found.is_some())).collect();
        assert_eq!(kept, [(2, false), (4, true)], "what did not fit is read again");
    }
}
