//! All declarations, checked against each other.

use std::fmt;

use crate::{
    category::BUILT_IN,
    checks::missing,
    declaration::{CategoryDeclaration, EventDeclaration, Location, Registration, ResourceDeclaration},
    event_type::{EventType, is_kebab_case},
    policy::PolicyError,
};

/// The declarations of a program: those that `inventory` collected, and those that are declared explicitly.
///
/// ```
/// use events_core::Registry;
///
/// for event in Registry::collect().events() {
///     println!("{} is declared at {}", event.spec.event_type, event.spec.location);
/// }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Registry {
    resources: Vec<&'static ResourceDeclaration>,
    events: Vec<&'static EventDeclaration>,
    copies: Vec<&'static EventDeclaration>,
    categories: Vec<&'static CategoryDeclaration>,
}

impl Registry {
    /// Everything that the linked crates declare.
    pub fn collect() -> Self {
        Self::of(inventory::iter::<Registration>.into_iter().copied())
    }

    /// These declarations and no others.
    pub fn of(registrations: impl IntoIterator<Item = Registration>) -> Self {
        let mut registry = Self::default();
        registrations.into_iter().for_each(|registration| registry.add(registration));
        registry.sort();
        registry
    }

    /// One more, of a crate whose declarations do not arrive by themselves: a plugin, a static library.
    pub fn add(&mut self, registration: Registration) {
        match registration {
            Registration::Resource(resource) => self.resources.push(resource),
            Registration::Event(event) => self.events.push(event),
            Registration::Category(category) => self.categories.push(category),
        }
        self.sort();
    }

    fn sort(&mut self) {
        let place = |location: &Location| (location.file, location.line, location.column);
        self.resources.sort_by_key(|resource| (resource.spec.resource_type, place(&resource.spec.location)));
        self.resources.dedup_by(|a, b| std::ptr::eq(*a, *b));
        self.events.sort_by_key(|event| (event.spec.event_type, place(&event.spec.location)));
        let copies = &mut self.copies;
        self.events.dedup_by(|a, b| {
            let is_copy = !std::ptr::eq(*a, *b) && a.spec.is_copy_of(&b.spec);
            if is_copy {
                copies.push(*a);
            }
            is_copy || std::ptr::eq(*a, *b)
        });
        self.categories.sort_by_key(|category| (category.spec.name, place(&category.spec.location)));
        self.categories.dedup_by(|a, b| std::ptr::eq(*a, *b));
    }

    /// The resource types, by name.
    pub fn resources(&self) -> impl Iterator<Item = &'static ResourceDeclaration> {
        self.resources.iter().copied()
    }

    /// The event types, by name.
    pub fn events(&self) -> impl Iterator<Item = &'static EventDeclaration> {
        self.events.iter().copied()
    }

    /// Further declarations of the same functions: an attribute of others may copy a function, and its declaration
    /// with it, as axum's `debug_handler` does.
    pub(crate) fn copies(&self) -> impl Iterator<Item = &'static EventDeclaration> {
        self.copies.iter().copied()
    }

    /// The names of all categories: the seven, and the declared ones.
    pub fn categories(&self) -> Vec<&'static str> {
        let mut names: Vec<_> =
            BUILT_IN.into_iter().chain(self.categories.iter().map(|category| category.spec.name)).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    pub(crate) fn resource(&self, resource_type: &str) -> Option<&'static ResourceDeclaration> {
        self.resources().find(|resource| resource.spec.resource_type == resource_type)
    }

    /// Everything that is wrong.
    pub(crate) fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let twice =
            |what, name, a: &Location, b: &Location| Problem::DeclaredTwice { what, name, first: *a, second: *b };
        for pair in self.resources.windows(2) {
            let (a, b) = (&pair[0].spec, &pair[1].spec);
            if a.resource_type == b.resource_type {
                problems.push(twice("resource type", a.resource_type, &a.location, &b.location));
            }
        }
        for pair in self.categories.windows(2) {
            let (a, b) = (&pair[0].spec, &pair[1].spec);
            if a.name == b.name {
                problems.push(twice("category", a.name, &a.location, &b.location));
            }
        }
        for category in &self.categories {
            if BUILT_IN.contains(&category.spec.name) {
                problems.push(Problem::BuiltInCategory { name: category.spec.name, at: category.spec.location });
            }
        }
        for resource in &self.resources {
            if !is_kebab_case(resource.spec.resource_type) {
                let (name, at) = (resource.spec.resource_type, resource.spec.location);
                problems.push(Problem::BadName { name, at, why: "a resource type is kebab-case".into() });
            }
        }
        for pair in self.events.windows(2) {
            let (a, b) = (&pair[0].spec, &pair[1].spec);
            if a.event_type == b.event_type {
                problems.push(twice("event type", a.event_type, &a.location, &b.location));
            }
        }
        for event in &self.events {
            let spec = &event.spec;
            let (name, at) = (spec.event_type, spec.location);
            if let Err(error) = name.parse::<EventType>() {
                problems.push(Problem::BadName { name, at, why: error.to_string() });
                continue;
            }
            match self.resource(spec.resource_type) {
                None => problems.push(Problem::NoResource { event: name, at, resource_type: spec.resource_type }),
                Some(resource) if !resource.spec.declares(spec.operation) => problems.push(Problem::NotInSet {
                    event: name,
                    at,
                    operation: spec.operation,
                    declared: resource.spec.operations.unwrap_or_default(),
                    set: resource.spec.location,
                }),
                Some(resource) => {
                    let category = spec.category.or(resource.spec.category);
                    let names: Vec<&str> = spec.details.iter().map(|detail| detail.name).collect();
                    let missing = category
                        .filter(|_| !spec.details_are_a_value)
                        .and_then(|category| missing(category, &names).map(|detail| (category.name(), detail)));
                    if let Some((category, detail)) = missing {
                        problems.push(Problem::MissingDetail { event: name, at, category, detail });
                    }
                }
            }
        }
        problems
    }
}

/// One thing that is wrong with how a program is set up.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Problem {
    /// Two declarations have one name.
    DeclaredTwice {
        /// What kind of thing.
        what: &'static str,
        /// Its name.
        name: &'static str,
        /// Where it is declared.
        first: Location,
        /// Where it is declared again.
        second: Location,
    },
    /// An application declares one of the seven categories.
    BuiltInCategory {
        /// Its name.
        name: &'static str,
        /// Where.
        at: Location,
    },
    /// A name is not well-formed.
    BadName {
        /// The name.
        name: &'static str,
        /// Where.
        at: Location,
        /// What is wrong with it.
        why: String,
    },
    /// An event type whose resource type nobody declares.
    NoResource {
        /// The event type.
        event: &'static str,
        /// Where.
        at: Location,
        /// The resource type.
        resource_type: &'static str,
    },
    /// An event type that the closed set of its resource type does not hold.
    NotInSet {
        /// The event type.
        event: &'static str,
        /// Where.
        at: Location,
        /// Its operation.
        operation: &'static str,
        /// The set.
        declared: &'static [&'static str],
        /// Where the set is declared.
        set: Location,
    },
    /// An event type lacks a detail that its category, or that of its resource type, demands.
    MissingDetail {
        /// The event type.
        event: &'static str,
        /// Where.
        at: Location,
        /// The category.
        category: &'static str,
        /// The detail.
        detail: &'static str,
    },
    /// A resource type that was expected did not arrive.
    Missing {
        /// The resource type.
        resource_type: &'static str,
        /// The crate that declares it.
        krate: &'static str,
        /// Where it is declared.
        at: Location,
    },
    /// The policy cannot hold.
    Policy(PolicyError),
    /// A limit that makes no sense.
    Limit(&'static str),
    /// Two relays have one name.
    SameRelay {
        /// The name.
        name: String,
    },
    /// A relay is named that there is not.
    NoRelay {
        /// Which method of the builder names it.
        asked_by: &'static str,
        /// The name.
        name: String,
        /// The names that there are.
        relays: Vec<String>,
    },
    /// Searches go to a destination that cannot be searched.
    NotSearchable {
        /// Its name.
        relay: String,
    },
    /// A destination cannot take what is declared.
    NotDeliverable {
        /// Its name.
        relay: String,
        /// Why, with both places.
        why: String,
    },
    /// A destination says that it is set up wrongly.
    Misconfigured {
        /// Its name.
        relay: String,
        /// What it says.
        why: String,
    },
    /// The journal cannot be used.
    Journal(String),
    /// A manager is installed already.
    AlreadyInstalled,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DeclaredTwice { what, name, first, second } => {
                write!(f, "{what} `{name}` is declared twice, at {first} and at {second}: rename one [EVT132]")
            }
            Self::BuiltInCategory { name, at } => {
                write!(f, "category `{name}` at {at} is always known: write it as a string [EVT133]")
            }
            Self::BadName { name, at, why } => write!(f, "`{name}` at {at} is not well-formed: {why} [EVT134]"),
            Self::NoResource { event, at, resource_type } => write!(
                f,
                "event `{event}` at {at} is about a `{resource_type}`, which nothing declares: put `#[resource(events)]` \
                 on its type, or name the crate that does (`use that_crate as _;`) [EVT135]"
            ),
            Self::NotInSet { event, at, operation, declared, set } => write!(
                f,
                "event `{event}` at {at} is not declared: add \"{operation}\" to the set at {set} (declared: {}) [EVT136]",
                declared.join(", ")
            ),
            Self::MissingDetail { event, at, category, detail } => write!(
                f,
                "event `{event}` at {at} is of category `{category}`, which records the detail `{detail}`: add it to its \
                 details, or name another category [EVT130]"
            ),
            Self::Missing { resource_type, krate, at } => write!(
                f,
                "resource type `{resource_type}` of crate `{krate}` ({at}) was expected and did not arrive: \
                 declare it explicitly (`Builder::declare`), or add it to the registry that was given [EVT137]"
            ),
            Self::Policy(error) => error.fmt(f),
            Self::Limit(why) => write!(f, "{why} [EVT138]"),
            Self::SameRelay { name } => {
                write!(f, "two relays are called `{name}`: give one of the destinations another name [EVT150]")
            }
            Self::NoRelay { asked_by, name, relays } => write!(
                f,
                "`{asked_by}` names `{name}`, and no `relay_to` has that name (there are: {}): mend the name, or add the \
                 relay [EVT151]",
                relays.join(", ")
            ),
            Self::NotSearchable { relay } => {
                write!(
                    f,
                    "`search_in` names `{relay}`, which cannot be searched: name another, or leave it out [EVT152]"
                )
            }
            Self::NotDeliverable { relay, why } => write!(f, "`{relay}` cannot take what is declared: {why} [EVT153]"),
            Self::Misconfigured { relay, why } => write!(f, "`{relay}` is not set up to take events: {why} [EVT154]"),
            Self::Journal(why) => f.write_str(why),
            Self::AlreadyInstalled => {
                f.write_str("a manager is installed already: shut it down first, or use `build()` and `scope` [EVT139]")
            }
        }
    }
}

/// Everything that is wrong with how a program is set up, at once.
#[derive(Clone, PartialEq, thiserror::Error)]
pub struct InstallError {
    /// What is wrong.
    pub problems: Vec<Problem>,
}

/// The same as [`Display`](fmt::Display): what a `main` that returns it prints is meant for people.
impl fmt::Debug for InstallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for InstallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "events cannot be recorded, {} to mend:", self.problems.len())?;
        self.problems.iter().try_for_each(|problem| write!(f, "\n  {problem}"))
    }
}
