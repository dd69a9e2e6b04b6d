//! What the cases are about: resource types, an error, extractors. A crate of its own, as in an application of several.

pub use events::prelude::*;

/// Any operation.
#[resource(events)]
pub struct Nuvlabox {
    pub id: Href<Nuvlabox>,
    pub status: String,
}

/// A closed set.
#[resource(events("start", "stop", "update", "clone", "state-changed"))]
pub struct Deployment {
    pub id: Href<Deployment>,
}

/// Known by its href alone.
#[resource(events)]
pub struct Session;

#[category("billing", details(amount: u64, currency?))]
pub struct Billing;

#[derive(Debug)]
pub struct ApiError;

impl From<Refused> for ApiError {
    fn from(_: Refused) -> Self {
        Self
    }
}

/// Cannot say that nothing was done.
#[derive(Debug)]
pub struct Hopeless;

/// As extractors are written.
pub struct Path<T>(pub T);
pub struct Query<T>(pub T);

#[derive(Record)]
pub struct Options {
    pub force: bool,
    pub release: Option<String>,
}

/// Nothing says that it may be recorded.
pub struct Secret(pub String);
