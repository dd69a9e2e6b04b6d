//! Categories: seven that everybody knows, and those that an application declares as types.

use std::fmt;

use crate::declaration::{CategoryDeclaration, DetailField};

/// The categories that a declaration may write as a string.
pub(crate) const BUILT_IN: [&str; 7] = ["state", "alarm", "action", "system", "user", "email", "crud"];

/// A category that an application declares: `#[category("billing")] struct Billing;`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a category [EVT047]",
    label = "not a category",
    note = "declare it, as in `#[category(\"billing\")] struct Billing;`, or write one of the seven as a string"
)]
pub trait Category {
    /// What was declared.
    const DECLARATION: &'static CategoryDeclaration;
}

/// The category of a declared event type.
#[derive(Clone, Copy)]
pub enum CategoryRef {
    /// One of the seven that are always known: `state alarm action system user email crud`.
    BuiltIn(&'static str),
    /// One that an application declared as a type.
    Declared(&'static CategoryDeclaration),
}

impl CategoryRef {
    /// The name as it stands in events.
    pub const fn name(self) -> &'static str {
        match self {
            Self::BuiltIn(name) => name,
            Self::Declared(declaration) => declaration.spec.name,
        }
    }

    /// The details that events of this category have by default.
    pub const fn details(self) -> &'static [DetailField] {
        const STATE: &[DetailField] = &[
            DetailField { name: "new-state", type_name: Some("String"), required: true },
            DetailField { name: "old-state", type_name: Some("String"), required: false },
        ];
        match self {
            Self::BuiltIn(name) if is_state(name) => STATE,
            Self::BuiltIn(_) => &[],
            Self::Declared(declaration) => declaration.spec.details,
        }
    }
}

const fn is_state(name: &str) -> bool {
    matches!(name.as_bytes(), b"state")
}

impl fmt::Debug for CategoryRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How much an event matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Worth keeping.
    Low,
    /// The default.
    Medium,
    /// Somebody should look.
    High,
    /// Somebody must look now.
    Critical,
}

impl Severity {
    /// The word as it stands in events.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
