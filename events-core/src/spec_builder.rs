//! How the macros say what they declare: one call for each thing that is said.
//!
//! A struct expression that takes its other fields from another one is more for the compiler, which copies each of them.

use std::time::Duration;

use crate::{
    category::{CategoryRef, Severity},
    declaration::{Deferred, DetailField, EventSpec, MessagePart, NestedFailure},
};

#[doc(hidden)]
impl EventSpec {
    /// Of this category.
    pub const fn category(mut self, category: CategoryRef) -> Self {
        self.category = Some(category);
        self
    }

    /// Of this division of its category.
    pub const fn subcategory(mut self, subcategory: &'static str) -> Self {
        self.subcategory = Some(subcategory);
        self
    }

    /// Of this severity.
    pub const fn severity(mut self, severity: Severity) -> Self {
        self.severity = Some(severity);
        self
    }

    /// With these details.
    pub const fn details(mut self, details: &'static [DetailField]) -> Self {
        self.details = details;
        self
    }

    /// With details that are one value.
    pub const fn details_are_a_value(mut self) -> Self {
        self.details_are_a_value = true;
        self
    }

    /// The payload carries an argument.
    pub const fn payload_request(mut self) -> Self {
        self.payload.request = true;
        self
    }

    /// The payload carries what the handler returned.
    pub const fn payload_outcome(mut self) -> Self {
        self.payload.outcome = true;
        self
    }

    /// The payload carries what the handler said it changed.
    pub const fn payload_changed(mut self) -> Self {
        self.payload.changed = true;
        self
    }

    /// With this template of its message.
    pub const fn message(mut self, message: &'static [MessagePart]) -> Self {
        self.message = Some(message);
        self
    }

    /// With this version of its details.
    pub const fn version(mut self, version: u32) -> Self {
        self.version = Some(version);
        self
    }

    /// An ok return leaves the operation open.
    pub const fn deferred(mut self) -> Self {
        self.deferred = Some(Deferred { within: None });
        self
    }

    /// An ok return leaves the operation open, for at most so long.
    pub const fn deferred_within(mut self, seconds: u64) -> Self {
        self.deferred = Some(Deferred { within: Some(Duration::from_secs(seconds)) });
        self
    }

    /// It can never be switched off.
    pub const fn mandatory(mut self) -> Self {
        self.mandatory = true;
        self
    }

    /// A caller who may not see the resource owns the event.
    pub const fn allow_anon(mut self) -> Self {
        self.allow_anon = true;
        self
    }

    /// What a nested operation does when it cannot be recorded.
    pub const fn on_nested_failure(mut self, on_nested_failure: NestedFailure) -> Self {
        self.on_nested_failure = on_nested_failure;
        self
    }
}
