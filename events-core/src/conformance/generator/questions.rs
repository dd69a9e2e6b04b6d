//! What one may ask about given events.

use crate::{
    acl::Right,
    id::Random,
    identity::{Claim, Viewer},
    journal::Entry,
    keys::{Attribute, Keys},
    query::{Filter, Query},
    search::Aggregation,
    timestamp::Timestamp,
};

/// Asks at random about given events: for values that they have, seldom for others, through the eyes of
/// those who stand in their ACLs. The same seed and events give the same questions.
///
/// ```
/// use events_core::conformance::{Generator, Questions};
///
/// let entries = Generator::new(7).events(100);
/// let query = Questions::about(&entries, 8).query();
/// assert!(query.limit > 0);
/// ```
#[derive(Debug)]
pub struct Questions {
    random: Random,
    keys: Vec<(Attribute, String)>,
    claims: Vec<Claim>,
    times: Vec<Timestamp>,
}

/// So many events are looked at for values to ask for.
const LOOKED_AT: usize = 500;

impl Questions {
    /// About these events, which are documents of events, at least one.
    pub fn about(entries: &[Entry], seed: u64) -> Self {
        let (mut keys, mut claims, mut times) = (Vec::new(), Vec::new(), Vec::new());
        for entry in entries.iter().step_by(entries.len().div_ceil(LOOKED_AT).max(1)) {
            let Ok(event) = Keys::of(&entry.document) else { continue };
            keys.extend(event.keys.iter().map(|key| (key.attribute.clone(), key.value.clone().into_owned())));
            claims.extend(event.acl.who(Right::ViewMeta).cloned());
            times.push(event.timestamp);
        }
        claims.sort_unstable();
        claims.dedup();
        times.sort_unstable();
        Self { random: Random::from_seed(seed), keys, claims, times }
    }

    /// An administrator, a stranger, or somebody with one to three claims.
    pub fn viewer(&mut self) -> Viewer {
        match self.random.below(8) {
            0 => Viewer::admin(),
            1 if self.random.one_in(2) => Viewer::with_claims([]),
            _ => {
                let count = (1 + self.random.below(3)).min(self.claims.len());
                Viewer::with_claims((0..count).map(|_| self.random.pick(&self.claims).clone()).collect::<Vec<_>>())
            }
        }
    }

    /// Any filter, nested up to three deep.
    pub fn filter(&mut self) -> Filter {
        self.nested(3)
    }

    /// Any filter through any eyes, in pages of one to fifty.
    pub fn query(&mut self) -> Query {
        let (filter, viewer) = (self.filter(), self.viewer());
        Query::new(viewer).filter(filter).limit(1 + self.random.below(50))
    }

    /// Any filter counted by any attribute.
    pub fn aggregation(&mut self) -> Aggregation {
        let by = self.key().0.into();
        let size = self.random.below(12);
        Aggregation { filter: self.filter(), viewer: self.viewer(), by, size, within: None }
    }

    fn nested(&mut self, depth: usize) -> Filter {
        let draw = self.random.below(if depth == 0 { 10 } else { 16 });
        match draw {
            0..=6 => {
                let (attribute, value) = self.key();
                Filter::Is(attribute, value)
            }
            7 => {
                let (attribute, value) = self.key();
                let characters = self.random.below(value.chars().count() + 1);
                Filter::StartsWith(attribute, value.chars().take(characters).collect())
            }
            8 => Filter::Has(self.key().0),
            9 => Filter::Time { from: self.time(), until: self.time() },
            10..=11 => Filter::All(self.several(depth)),
            12..=13 => Filter::Any(self.several(depth)),
            _ => Filter::Not(Box::new(self.nested(depth - 1))),
        }
    }

    fn several(&mut self, depth: usize) -> Vec<Filter> {
        (0..self.random.below(4)).map(|_| self.nested(depth - 1)).collect()
    }

    /// A value that some event has; one in ten times of an attribute that it may not have.
    fn key(&mut self) -> (Attribute, String) {
        let Some((attribute, value)) = self.random.pick_or_none(&self.keys).cloned() else {
            return (Attribute::Href, "nuvlabox/none".to_owned());
        };
        if self.random.one_in(10) {
            return (self.random.pick(&self.keys).0.clone(), value);
        }
        (attribute, value)
    }

    fn time(&mut self) -> Timestamp {
        match self.random.below(10) {
            0 => Timestamp::MIN,
            1 => Timestamp::MAX,
            _ => self.random.pick_or_none(&self.times).copied().unwrap_or(Timestamp::MIN),
        }
    }
}
