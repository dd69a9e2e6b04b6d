//! What a filter asks of the values of an attribute where it is more than having a key.

use std::ops::Bound;

use super::{examined::Examined, field::Field, number::Number};
use crate::timestamp::Timestamp;

/// What at least one value of an attribute has to be.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Comparison {
    /// Anything.
    Any,
    /// A text that starts with this.
    StartsWith(String),
    /// A text in this range, by the order of its bytes.
    Texts(Bound<String>, Bound<String>),
    /// A number in this range, or a text that reads as one.
    Numbers(Bound<Number>, Bound<Number>),
    /// A point in time from the first to the last, both inclusive, or a text that reads as one.
    Instants(Timestamp, Timestamp),
}

impl Comparison {
    /// This text and no other.
    pub fn equals(text: impl Into<String>) -> Self {
        let text = text.into();
        Self::Texts(Bound::Included(text.clone()), Bound::Included(text))
    }

    /// Whether a value is what it has to be. Every value has a text.
    pub fn holds(&self, value: &str) -> bool {
        match self {
            Self::Any => true,
            Self::StartsWith(prefix) => value.starts_with(prefix),
            Self::Texts(from, until) => {
                is_between(value, from.as_ref().map(String::as_str), until.as_ref().map(String::as_str))
            }
            Self::Numbers(from, until) => {
                Number::of_text(value).is_some_and(|number| is_between(&number, from.as_ref(), until.as_ref()))
            }
            Self::Instants(first, last) => value.parse().is_ok_and(|at: Timestamp| *first <= at && at <= *last),
        }
    }

    /// Whether an event has such a value.
    pub(crate) fn holds_in<'e>(&self, field: &'e Field, event: &Examined<'e>) -> bool {
        // Nearly all are looked at for this alone, and it need not be read.
        if let Self::Instants(first, last) = self {
            let is_within = |at: Timestamp| *first <= at && at <= *last;
            match field.path() {
                "timestamp" => return is_within(event.keys.timestamp),
                "created" => return event.keys.created.is_some_and(is_within),
                _ => {}
            }
        }
        event.any(field, |value| self.holds(value))
    }
}

fn is_between<T: PartialOrd + ?Sized>(value: &T, from: Bound<&T>, until: Bound<&T>) -> bool {
    let behind = match from {
        Bound::Included(from) => from <= value,
        Bound::Excluded(from) => from < value,
        Bound::Unbounded => true,
    };
    behind
        && match until {
            Bound::Included(until) => value <= until,
            Bound::Excluded(until) => value < until,
            Bound::Unbounded => true,
        }
}
