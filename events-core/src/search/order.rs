//! Orders that are asked for.

use std::{cmp::Reverse, collections::BinaryHeap, fmt};

use super::{
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
        // Every page shows in which order things happened.
        if visibility < by.visible_from() && by.path() != "timestamp" {
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

/// The first of many in an order, in bounded memory.
#[derive(Debug)]
pub struct First<T> {
    most: usize,
    /// The last of them on top.
    kept: BinaryHeap<Ranked<T>>,
}

#[derive(Debug)]
struct Ranked<T> {
    rank: Rank,
    item: T,
}

impl<T> PartialEq for Ranked<T> {
    fn eq(&self, other: &Self) -> bool {
        self.rank == other.rank
    }
}

impl<T> Eq for Ranked<T> {}

impl<T> PartialOrd for Ranked<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Ranked<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.rank.cmp(&other.rank)
    }
}

impl<T> First<T> {
    /// At most so many.
    pub fn of(most: usize) -> Self {
        Self { most, kept: BinaryHeap::new() }
    }

    /// One more of the many.
    pub fn add(&mut self, rank: Rank, item: T) {
        if self.kept.len() < self.most {
            self.kept.push(Ranked { rank, item });
        } else if let Some(mut last) = self.kept.peek_mut()
            && rank < last.rank
        {
            // It sinks to its place when this is dropped.
            *last = Ranked { rank, item };
        }
    }

    /// The last of them, once there are as many as there may be.
    pub fn last(&self) -> Option<&T> {
        self.kept.peek().filter(|_| self.kept.len() == self.most).map(|last| &last.item)
    }

    /// In their order, without the first `offset` of them.
    pub fn behind(self, offset: usize) -> Vec<T> {
        self.kept.into_sorted_vec().into_iter().skip(offset).map(|ranked| ranked.item).collect()
    }
}
