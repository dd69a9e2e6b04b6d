//! A resource type that passed every check, or what stands in for one that did not.

use proc_macro2::Span;
use syn::{Ident, LitStr, Member};

use crate::classification::{Category, Severity};
use crate::runtime::Runtime;

pub(super) struct ResourceType {
    pub(super) runtime: Runtime,
    /// The struct.
    pub(super) item: Ident,
    /// Kebab-case.
    pub(super) name: String,
    /// Nothing: any operation.
    pub(super) operations: Option<Vec<LitStr>>,
    pub(super) category: Option<Category>,
    pub(super) severity: Option<Severity>,
    pub(super) enabled: bool,
    /// The field that holds the href, where there is one.
    pub(super) id: Option<Member>,
    /// Where the attribute is.
    pub(super) span: Span,
    /// Something was wrong: the traits are implemented, so that one mistake gives one error, but
    /// nothing is registered and nothing is checked against it.
    pub(super) is_stand_in: bool,
}
