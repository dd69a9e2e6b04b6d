//! How long after they happened events were created.
//!
//! Most are created at once. So the times at which events happened, by which they are kept, nearly tell when
//! they were created, and what bounds the difference lets a search by creation look at few of them.

use events_core::Timestamp;

use crate::codec::{Decoder, Malformed, Put};

/// The least and the most of some events, in milliseconds. Below zero where clocks differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Delays {
    least: i64,
    most: i64,
}

impl Delays {
    /// Of no event.
    pub(crate) const NONE: Self = Self { least: i64::MAX, most: i64::MIN };
    /// Of events of which nobody knows, or of which one does not say when it was created.
    pub(crate) const ANY: Self = Self { least: i64::MIN, most: i64::MAX };

    /// Of one event.
    pub(crate) fn of(happened: Timestamp, created: Option<Timestamp>) -> Self {
        created.map_or(Self::ANY, |created| {
            let delay = created.millis() - happened.millis();
            Self { least: delay, most: delay }
        })
    }

    /// Of these events and others.
    pub(crate) fn union(self, other: Self) -> Self {
        Self { least: self.least.min(other.least), most: self.most.max(other.most) }
    }

    /// When events were created at the earliest and at the latest that happened between two times.
    pub(crate) fn created(self, first: Timestamp, last: Timestamp) -> (Timestamp, Timestamp) {
        let after = |at: Timestamp, delay: i64| Timestamp::from_millis(at.millis().saturating_add(delay));
        (after(first, self.least), after(last, self.most))
    }

    /// Whether every one of the events says when it was created.
    pub(crate) fn are_known(self) -> bool {
        self != Self::ANY
    }

    pub(crate) fn encode(self, out: &mut Vec<u8>) {
        out.put_signed(self.least);
        out.put_signed(self.most);
    }

    pub(crate) fn decode(decoder: &mut Decoder<'_>) -> Result<Self, Malformed> {
        Ok(Self { least: decoder.signed()?, most: decoder.signed()? })
    }
}
