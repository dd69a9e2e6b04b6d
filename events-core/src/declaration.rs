//! What an application declares: resource types, event types, categories.
//!
//! Each declaration is one `static` that the macros write and `inventory` collects. The data of a
//! declaration is plain and constant; beside it stands the slot in which a registry notes that it saw it.

use std::{
    fmt, panic,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use crate::{
    category::{CategoryRef, Severity},
    event_type::EventType,
};

/// Where something is declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Location {
    /// The crate, as Cargo names it.
    pub krate: &'static str,
    /// The module.
    pub module: &'static str,
    /// The file.
    pub file: &'static str,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
}

impl Location {
    /// Of the caller, in a crate and a module that only the caller knows.
    #[track_caller]
    const fn here(krate: &'static str, module: &'static str) -> Self {
        let caller = panic::Location::caller();
        Self { krate, module, file: caller.file(), line: caller.line(), column: caller.column() }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// The place where it is written, as a [`Location`].
#[doc(hidden)]
#[macro_export]
macro_rules! __location {
    () => {
        $crate::__private::Location {
            krate: ::core::env!("CARGO_PKG_NAME"),
            module: ::core::module_path!(),
            file: ::core::file!(),
            line: ::core::line!(),
            column: ::core::column!(),
        }
    };
}

/// Number of a declaration among all that any registry of this process saw; 0 is none yet.
#[derive(Debug)]
pub(crate) struct Slot(AtomicU32);

impl Slot {
    const fn unseen() -> Self {
        Self(AtomicU32::new(0))
    }

    /// Index into the tables of managers, where a registry has seen the declaration.
    pub(crate) fn index(&self) -> Option<usize> {
        match self.0.load(Ordering::Acquire) {
            0 => None,
            number => Some(number as usize - 1),
        }
    }

    /// Marks the declaration as seen; the same number for ever after.
    pub(crate) fn see(&self) -> usize {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        if let Some(index) = self.index() {
            return index;
        }
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        match self.0.compare_exchange(0, number, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => number as usize - 1,
            Err(theirs) => theirs as usize - 1,
        }
    }
}

/// What `#[resource(events)]` says of a type.
#[derive(Clone, Copy, Debug)]
pub struct ResourceSpec {
    /// `nuvlabox`.
    pub resource_type: &'static str,
    /// The struct, as the source names it.
    pub struct_name: &'static str,
    /// The operations of a closed set, as they were written; none for an open set. The CRUD operations
    /// and `bulk-` of a declared operation belong to every closed set.
    pub operations: Option<&'static [&'static str]>,
    /// Category of its events that name none.
    pub category: Option<CategoryRef>,
    /// Severity of its events that name none.
    pub severity: Option<Severity>,
    /// Whether its events are recorded unless a policy says otherwise.
    pub enabled: bool,
    /// Where it is declared.
    pub location: Location,
}

/// A declared resource type.
#[derive(Debug)]
pub struct ResourceDeclaration {
    /// What was declared.
    pub spec: ResourceSpec,
}

impl ResourceDeclaration {
    /// Of what was declared.
    pub const fn new(spec: ResourceSpec) -> Self {
        Self { spec }
    }
}

/// Operations that belong to every closed set.
pub(crate) const CRUD: [&str; 3] = ["add", "edit", "delete"];

impl ResourceSpec {
    /// Whether `operation` may be recorded of this resource type.
    pub fn declares(&self, operation: &str) -> bool {
        let Some(operations) = self.operations else { return true };
        let listed = |operation: &str| CRUD.contains(&operation) || operations.contains(&operation);
        listed(operation) || operation.strip_prefix("bulk-").is_some_and(listed)
    }
}

/// A field of an event type's details.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DetailField {
    /// Kebab-case, as it stands in events.
    pub name: &'static str,
    /// The type as the source writes it, where it does.
    pub type_name: Option<&'static str>,
    /// Whether every event of the type has it.
    pub required: bool,
}

/// Whether events belong to operations or stand alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// An operation: opening and closing.
    Action,
    /// A direct event.
    Direct,
}

/// What goes into the payload of an event type, in any combination.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PayloadChoice {
    /// An argument, on the opening.
    pub request: bool,
    /// What the handler returned, on the closing.
    pub outcome: bool,
    /// What the handler said it changed, on the closing.
    pub changed: bool,
}

/// A piece of a message template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessagePart {
    /// Stands as it is.
    Text(&'static str),
    /// Who acts.
    Caller,
    /// The href.
    Resource,
    /// The value of a detail.
    Detail(&'static str),
}

/// An operation that stays open when its handler returns ok.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deferred {
    /// How long it may stay open; the manager's default where none.
    pub within: Option<Duration>,
}

/// What a nested operation does when its opening cannot be stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NestedFailure {
    /// Refuses to run, as a root operation does.
    #[default]
    Refuse,
    /// Runs unrecorded.
    Continue,
}

/// What is declared of an event type.
#[derive(Clone, Copy, Debug)]
pub struct EventSpec {
    /// `nuvlabox.reboot`.
    pub event_type: &'static str,
    /// `nuvlabox`.
    pub resource_type: &'static str,
    /// `reboot`.
    pub operation: &'static str,
    /// Operation or direct event.
    pub kind: EventKind,
    /// The resource type's default, else `crud` for add, edit, delete, else `action`.
    pub category: Option<CategoryRef>,
    /// A finer division of the category.
    pub subcategory: Option<&'static str>,
    /// The resource type's default, else medium.
    pub severity: Option<Severity>,
    /// The details its events have.
    pub details: &'static [DetailField],
    /// Whether they are one value, whose fields are not listed.
    pub details_are_a_value: bool,
    /// What its payload carries.
    pub payload: PayloadChoice,
    /// The template of its message; a good default where none.
    pub message: Option<&'static [MessagePart]>,
    /// Schema version of the details.
    pub version: Option<u32>,
    /// Whether an ok return leaves the operation open.
    pub deferred: Option<Deferred>,
    /// Whether it can never be switched off.
    pub mandatory: bool,
    /// Whether a caller who may not see the resource owns the event (REQUIREMENTS B6).
    pub allow_anon: bool,
    /// What a nested operation does when it cannot be recorded.
    pub on_nested_failure: NestedFailure,
    /// The annotated function, in the module of `location`.
    pub function: &'static str,
    /// Where it is declared.
    pub location: Location,
}

const NOWHERE: Location = Location { krate: "", module: "", file: "", line: 0, column: 0 };

impl EventSpec {
    /// An action about which nothing is said yet.
    pub const ACTION: Self = Self {
        event_type: "",
        resource_type: "",
        operation: "",
        kind: EventKind::Action,
        category: None,
        subcategory: None,
        severity: None,
        details: &[],
        details_are_a_value: false,
        payload: PayloadChoice { request: false, outcome: false, changed: false },
        message: None,
        version: None,
        deferred: None,
        mandatory: false,
        allow_anon: false,
        on_nested_failure: NestedFailure::Refuse,
        function: "",
        location: NOWHERE,
    };

    /// A direct event about which nothing is said yet.
    pub const DIRECT: Self = Self { kind: EventKind::Direct, ..Self::ACTION };

    /// An action that is declared where this is called. `krate` is as Cargo names it.
    #[track_caller]
    pub const fn action(
        event_type: &'static str,
        resource_type: &'static str,
        operation: &'static str,
        function: &'static str,
        module: &'static str,
        krate: &'static str,
    ) -> Self {
        let location = Location::here(krate, module);
        Self { event_type, resource_type, operation, function, location, ..Self::ACTION }
    }

    /// A direct event that is declared where this is called.
    #[track_caller]
    pub const fn direct(
        event_type: &'static str,
        resource_type: &'static str,
        operation: &'static str,
        function: &'static str,
        module: &'static str,
        krate: &'static str,
    ) -> Self {
        let location = Location::here(krate, module);
        Self { event_type, resource_type, operation, function, location, ..Self::DIRECT }
    }

    /// Whether both are of one function, at one place.
    pub(crate) fn is_copy_of(&self, other: &Self) -> bool {
        self.event_type == other.event_type
            && self.location == other.location
            && self.function == other.function
            && !self.function.is_empty()
    }

    /// Whether the operation adds a resource, whose href is known only afterwards.
    pub fn adds(&self) -> bool {
        self.operation == "add"
    }

    /// The event type, parsed.
    pub fn typed(&self) -> EventType {
        EventType::declared(self.event_type)
    }
}

/// A declared event type.
#[derive(Debug)]
pub struct EventDeclaration {
    /// What was declared.
    pub spec: EventSpec,
    pub(crate) slot: Slot,
}

impl EventDeclaration {
    /// Of what was declared.
    pub const fn new(spec: EventSpec) -> Self {
        Self { spec, slot: Slot::unseen() }
    }
}

/// What is declared of a category.
#[derive(Clone, Copy, Debug)]
pub struct CategorySpec {
    /// `billing`.
    pub name: &'static str,
    /// The details that its events have by default.
    pub details: &'static [DetailField],
    /// Where it is declared.
    pub location: Location,
}

/// A declared category.
#[derive(Debug)]
pub struct CategoryDeclaration {
    /// What was declared.
    pub spec: CategorySpec,
}

impl CategoryDeclaration {
    /// Of what was declared.
    pub const fn new(spec: CategorySpec) -> Self {
        Self { spec }
    }
}

/// What the macros submit to `inventory`.
#[derive(Clone, Copy, Debug)]
pub enum Registration {
    /// A resource type.
    Resource(&'static ResourceDeclaration),
    /// An event type.
    Event(&'static EventDeclaration),
    /// A category.
    Category(&'static CategoryDeclaration),
}

inventory::collect!(Registration);
