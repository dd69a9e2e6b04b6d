//! Which event types are recorded.

use std::{fmt, ops::RangeInclusive};

use crate::{declaration::EventSpec, outcome::Ending};

/// Switches recording off and on by resource type, event type and category, and chooses outcomes.
///
/// Everything is on by default. The most specific word counts: event type before resource type before
/// category. Event types that are declared mandatory cannot be switched off or filtered.
///
/// ```
/// use events_core::{Outcomes, Policy};
///
/// let policy = Policy::new()
///     .off_resource_type("session")
///     .on_event_type("session.add")
///     .only("nuvlabox.heartbeat", Outcomes::Failed);
/// # let _ = policy;
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    rules: Vec<(Subject, Rule)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Subject {
    Category(String),
    ResourceType(String),
    EventType(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Rule {
    On,
    Off,
    Only(Outcomes),
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Category(name) => write!(f, "category {name}"),
            Self::ResourceType(name) => write!(f, "resource-type {name}"),
            Self::EventType(name) => write!(f, "event-type {name}"),
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::On => f.write_str("on "),
            Self::Off => f.write_str("off "),
            Self::Only(Outcomes::Failed) => f.write_str("only failed of "),
            Self::Only(Outcomes::Completed) => f.write_str("only completed of "),
            Self::Only(Outcomes::Status(statuses)) => {
                write!(f, "only status {} to {} of ", statuses.start(), statuses.end())
            }
        }
    }
}

/// Outcomes that are recorded of an event type.
///
/// Such a type gives up the durable opening: opening and closing are stored together at the end, when
/// the outcome is chosen. Panics, cancellations and timeouts count as failures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcomes {
    /// Only failures.
    Failed,
    /// Only what completed.
    Completed,
    /// Only answers with such a status: `Outcomes::Status(200..=299)`.
    Status(RangeInclusive<u16>),
}

impl Outcomes {
    /// Whether an operation that ended so is recorded.
    pub fn choose(&self, ending: &Ending) -> bool {
        match self {
            Self::Failed => ending.failure().is_some(),
            Self::Completed => ending.failure().is_none(),
            Self::Status(statuses) => ending.status().is_some_and(|status| statuses.contains(&status)),
        }
    }
}

/// A rule that cannot hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the policy {what}, but `{event_type}` is {why}: leave it out [EVT131]")]
pub struct PolicyError {
    what: &'static str,
    event_type: String,
    why: &'static str,
}

impl Policy {
    /// Everything is on.
    pub fn new() -> Self {
        Self::default()
    }

    fn rule(mut self, subject: Subject, rule: Rule) -> Self {
        self.rules.push((subject, rule));
        self
    }

    /// Nothing about resources of this type.
    pub fn off_resource_type(self, resource_type: impl Into<String>) -> Self {
        self.rule(Subject::ResourceType(resource_type.into()), Rule::Off)
    }

    /// Everything about resources of this type.
    pub fn on_resource_type(self, resource_type: impl Into<String>) -> Self {
        self.rule(Subject::ResourceType(resource_type.into()), Rule::On)
    }

    /// Nothing of this event type.
    pub fn off_event_type(self, event_type: impl Into<String>) -> Self {
        self.rule(Subject::EventType(event_type.into()), Rule::Off)
    }

    /// This event type.
    pub fn on_event_type(self, event_type: impl Into<String>) -> Self {
        self.rule(Subject::EventType(event_type.into()), Rule::On)
    }

    /// Nothing of this category.
    pub fn off_category(self, category: impl Into<String>) -> Self {
        self.rule(Subject::Category(category.into()), Rule::Off)
    }

    /// Everything of this category.
    pub fn on_category(self, category: impl Into<String>) -> Self {
        self.rule(Subject::Category(category.into()), Rule::On)
    }

    /// Of this event type only these outcomes.
    pub fn only(self, event_type: impl Into<String>, outcomes: Outcomes) -> Self {
        self.rule(Subject::EventType(event_type.into()), Rule::Only(outcomes))
    }

    /// The rules in words: `off resource-type session`.
    pub(crate) fn rules(&self) -> Vec<String> {
        self.rules.iter().map(|(subject, rule)| format!("{rule}{subject}")).collect()
    }

    /// What holds for an event type of this category.
    pub(crate) fn decide(&self, spec: &EventSpec, category: &str, enabled: bool) -> Result<Decision, PolicyError> {
        let rank = |subject: &Subject| match subject {
            Subject::Category(name) => (name == category).then_some(0),
            Subject::ResourceType(name) => (name == spec.resource_type).then_some(1),
            Subject::EventType(name) => (name == spec.event_type).then_some(2),
        };
        let ranked = self.rules.iter().filter_map(|(subject, rule)| Some((rank(subject)?, rule)));
        // Of rules about the same subject the last one counts.
        let rule = ranked.max_by_key(|(rank, _)| *rank);
        let refuse = |what, why| Err(PolicyError { what, event_type: spec.event_type.to_owned(), why });
        match rule {
            None if spec.mandatory => Ok(Decision { enabled: true, outcomes: None }),
            None => Ok(Decision { enabled, outcomes: None }),
            Some((_, Rule::On)) => Ok(Decision { enabled: true, outcomes: None }),
            Some((2, Rule::Off)) if spec.mandatory => refuse("switches an event type off", "mandatory"),
            // A rule about a whole resource type or category leaves its mandatory event types on.
            Some((_, Rule::Off)) => Ok(Decision { enabled: spec.mandatory, outcomes: None }),
            Some((_, Rule::Only(_))) if spec.mandatory => refuse("chooses outcomes", "mandatory"),
            Some((_, Rule::Only(_))) if spec.deferred.is_some() => refuse("chooses outcomes", "deferred"),
            Some((_, Rule::Only(outcomes))) => Ok(Decision { enabled: true, outcomes: Some(outcomes.clone()) }),
        }
    }
}

/// What a policy says of one event type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Decision {
    pub(crate) enabled: bool,
    pub(crate) outcomes: Option<Outcomes>,
}
