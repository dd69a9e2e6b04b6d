//! Resources, callers, and what handlers answer.

use std::fmt;

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use events::{Caller, Context, Ending, Href, Outcome, Refused, resource};

/// An edge device.
#[resource(events)]
#[derive(Debug)]
pub(crate) struct Nuvlabox;

/// An application running on one.
#[resource(events)]
#[derive(Debug)]
pub(crate) struct Deployment;

/// Work done later.
#[resource(events)]
#[derive(Debug)]
pub(crate) struct Job;

pub(crate) fn nuvlabox(id: &str) -> Href<Nuvlabox> {
    id.parse().unwrap()
}

pub(crate) fn job(id: &str) -> Href<Job> {
    id.parse().unwrap()
}

/// Whoever acts, where it does not matter who.
pub(crate) fn jane() -> Context {
    context("user/jane")
}

pub(crate) fn context(user: &str) -> Context {
    Context::new(Caller::user(user).unwrap())
}

/// A response, as far as auditing is concerned: its status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Answer(pub(crate) u16);

impl Outcome for Answer {
    fn ending(&self) -> Ending {
        Ending::from_status(self.0)
    }
}

/// What goes wrong in handlers.
#[derive(Debug, PartialEq)]
pub(crate) enum Problem {
    Refused(Refused),
    Broken(&'static str),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refused) => refused.fmt(f),
            Self::Broken(what) => f.write_str(what),
        }
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl Problem {
    /// Why it was refused.
    pub(crate) fn refusal(self) -> Refused {
        match self {
            Self::Refused(refused) => refused,
            Self::Broken(what) => panic!("the handler ran and broke: {what}"),
        }
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        StatusCode::from_u16(self.0).unwrap().into_response()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = match self {
            Self::Refused(refused) => refused.kind.status(),
            Self::Broken(_) => 500,
        };
        Answer(status).into_response()
    }
}
