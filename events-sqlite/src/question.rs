//! What a search asks every part of the store: its filter and its viewer, with their keys hashed once.

use events_core::{Attribute, Comparison, EventId, Field, Filter, Timestamp, Viewer, Visibility};

use crate::key_hash::{KeyHash, KeyHasher};

/// A filter through the eyes of a viewer.
#[derive(Debug)]
pub(crate) struct Question<'q> {
    pub(crate) hasher: &'q KeyHasher,
    pub(crate) condition: Condition<'q>,
    /// None of an administrator, from whom nothing is hidden.
    pub(crate) eyes: Option<Eyes>,
}

/// The claims of a viewer, as keys.
#[derive(Debug)]
pub(crate) struct Eyes {
    /// Of events whose data they see.
    pub(crate) data: Claims,
    /// Of events of which they see only the common attributes.
    pub(crate) meta: Claims,
}

#[derive(Debug)]
pub(crate) struct Claims {
    pub(crate) each: Vec<KeyHash>,
    /// Stands for all of them together.
    pub(crate) together: KeyHash,
}

/// A filter whose negations are pushed to its leaves.
#[derive(Debug)]
pub(crate) enum Condition<'q> {
    /// Cheapest first.
    Every(Vec<Self>),
    Some(Vec<Self>),
    Leaf(Leaf<'q>),
}

/// That a test has a certain result.
#[derive(Debug)]
pub(crate) struct Leaf<'q> {
    pub(crate) test: Test<'q>,
    pub(crate) result: bool,
    /// Who sees less of an event does not learn the result.
    pub(crate) visible_from: Visibility,
}

#[derive(Debug)]
pub(crate) enum Test<'q> {
    /// An attribute has a value.
    Is {
        key: KeyHash,
        /// The events of this operation say so by this other key.
        own_operation: Option<(KeyHash, EventId)>,
        attribute: &'q Attribute,
    },
    /// An attribute has a value that starts with this, or any where that is empty.
    StartsWith { attribute: &'q Attribute, prefix: &'q str },
    /// Happened between two times, the second exclusive.
    Time { from: Timestamp, until: Timestamp },
    /// Happened at a time or after it.
    Since(Timestamp),
    /// Was created between two times, both inclusive.
    Created { first: Timestamp, last: Timestamp },
    /// An attribute that has keys has a value of which something is true.
    Has { attribute: &'q Attribute, field: &'q Field, comparison: &'q Comparison },
    /// An attribute that no event has has a value.
    Never,
    /// No key serves it.
    Unserved,
}

impl<'q> Question<'q> {
    pub(crate) fn new(hasher: &'q KeyHasher, filter: &'q Filter, viewer: &Viewer) -> Self {
        let eyes = || {
            let claims = || viewer.claims().iter().map(|claim| claim.as_str());
            let together: Vec<&str> = claims().collect();
            // No claim has a blank.
            let together = together.join(" ");
            Eyes {
                data: Claims {
                    each: claims().map(|claim| hasher.viewer_of_data(claim)).collect(),
                    together: hasher.viewers_of_data(&together),
                },
                meta: Claims {
                    each: claims().map(|claim| hasher.viewer_of_meta(claim)).collect(),
                    together: hasher.viewers_of_meta(&together),
                },
            }
        };
        Self { hasher, condition: Condition::of(hasher, filter, true), eyes: (!viewer.is_admin()).then(eyes) }
    }
}

impl<'q> Test<'q> {
    fn of(field: &'q Field, comparison: &'q Comparison) -> Self {
        match (field.keys(), comparison) {
            _ if !field.is_known() => Self::Never,
            (None, Comparison::Instants(first, last)) if field.path() == "timestamp" && *last == Timestamp::MAX => {
                Self::Since(*first)
            }
            (None, Comparison::Instants(first, last)) if field.path() == "created" => {
                Self::Created { first: *first, last: *last }
            }
            (Some(attribute), comparison) => Self::Has { attribute, field, comparison },
            _ => Self::Unserved,
        }
    }
}

impl Leaf<'_> {
    /// Whether who sees an event only so much learns nothing of the result. Who may see an event's ACL is not
    /// told by keys: that is examined.
    pub(crate) fn is_hidden_from(&self, visibility: Visibility) -> bool {
        visibility < self.visible_from.min(Visibility::Data)
    }
}

impl<'q> Condition<'q> {
    fn of(hasher: &KeyHasher, filter: &'q Filter, result: bool) -> Self {
        let test = match filter {
            Filter::All(filters) if result => return Self::every(hasher, filters, result),
            Filter::All(filters) => return Self::some(hasher, filters, result),
            Filter::Any(filters) if result => return Self::some(hasher, filters, result),
            Filter::Any(filters) => return Self::every(hasher, filters, result),
            Filter::Not(filter) => return Self::of(hasher, filter, !result),
            Filter::Is(attribute, value) => Test::Is {
                key: hasher.key(attribute, value),
                own_operation: own_operation(attribute, value),
                attribute,
            },
            Filter::StartsWith(attribute, prefix) => Test::StartsWith { attribute, prefix },
            Filter::Has(attribute) => Test::StartsWith { attribute, prefix: "" },
            Filter::Time { from, until } => Test::Time { from: *from, until: *until },
            Filter::Compares(field, comparison) => Test::of(field, comparison),
            _ => Test::Unserved,
        };
        let visible_from = match filter {
            Filter::Is(attribute, _) | Filter::StartsWith(attribute, _) | Filter::Has(attribute) => {
                attribute.visible_from()
            }
            Filter::Compares(field, _) => field.visible_from(),
            _ => Visibility::Meta,
        };
        Self::Leaf(Leaf { test, result, visible_from })
    }

    fn every(hasher: &KeyHasher, filters: &'q [Filter], result: bool) -> Self {
        let mut conditions: Vec<Self> = filters.iter().map(|filter| Self::of(hasher, filter, result)).collect();
        conditions.sort_by_key(Self::cost);
        Self::Every(conditions)
    }

    fn some(hasher: &KeyHasher, filters: &'q [Filter], result: bool) -> Self {
        Self::Some(filters.iter().map(|filter| Self::of(hasher, filter, result)).collect())
    }

    /// How late among others it is looked at: what leaves few events comes first.
    fn cost(&self) -> u8 {
        match self {
            Self::Leaf(Leaf { result: false, .. }) => 7,
            Self::Leaf(Leaf { test, .. }) => match test {
                Test::Is { attribute, .. } => match attribute {
                    Attribute::Root | Attribute::Parent | Attribute::Href | Attribute::Linked | Attribute::Session => 0,
                    Attribute::User | Attribute::ActiveClaim | Attribute::Claim | Attribute::Word => 1,
                    Attribute::Category | Attribute::Severity | Attribute::Outcome | Attribute::Phase => 4,
                    _ => 3,
                },
                Test::Never => 0,
                Test::Time { .. } | Test::Since(_) => 2,
                Test::Created { .. } => 6,
                Test::StartsWith { .. } | Test::Has { .. } => 6,
                Test::Unserved => 8,
            },
            Self::Every(_) | Self::Some(_) => 5,
        }
    }
}

/// Where a filter asks for an operation's own events: their key, and the id of its opening.
fn own_operation(attribute: &Attribute, value: &str) -> Option<(KeyHash, EventId)> {
    let marker = KeyHash::of_own_operation(attribute)?;
    let id = value.parse::<EventId>().ok()?;
    (id == id.opening() && value.as_bytes() == id.write()).then_some((marker, id))
}
