//! How an operation ended, and how that is read from what its handler returned.

use std::{borrow::Cow, fmt};

use serde::{Deserialize, Serialize};

use crate::{href::Href, json, record::MAX_DETAIL_STRING, refused::Refused};

/// What became of an operation. Decides the closing event's type and its `failure`.
///
/// ```
/// use events_core::{Ending, Reason};
///
/// assert_eq!(Ending::from_status(404).failure().map(|failure| failure.reason), Some(Reason::Status));
/// assert!(Ending::from_status(202).failure().is_none());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It did what it was asked for.
    Completed {
        /// The status code it answered with, where it has one.
        status: Option<u16>,
    },
    /// It did not, or nobody knows.
    Failed(Failure),
}

/// Why an operation failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The kind of failure.
    pub reason: Reason,
    /// The status code it answered with, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// A sentence for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Cow<'static, str>>,
}

/// The kinds of failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// The handler returned an error.
    Error,
    /// The handler answered with a status of 400 or above.
    Status,
    /// The handler panicked.
    Panic,
    /// The handler was dropped before it ended: the client went away, a task was aborted.
    Cancelled,
    /// Its time limit ran out; for a deferred operation the ending is unknown.
    Timeout,
    /// Its process ended before it did; the ending is unknown.
    Abandoned,
    /// The handler never ran.
    Refused,
}

impl Reason {
    /// The word as it stands in events.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Status => "status",
            Self::Panic => "panic",
            Self::Cancelled => "cancelled",
            Self::Timeout => "timeout",
            Self::Abandoned => "abandoned",
            Self::Refused => "refused",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Failure {
    /// Of a kind, with nothing to add.
    pub const fn new(reason: Reason) -> Self {
        Self { reason, status: None, message: None }
    }

    /// The same with a sentence for people.
    pub fn because(mut self, message: impl Into<Cow<'static, str>>) -> Self {
        self.message = Some(message.into());
        self
    }

    /// The same with a status code.
    pub const fn with_status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }
}

impl Ending {
    /// Completed, with no status.
    pub const COMPLETED: Self = Self::Completed { status: None };

    /// Failed for a reason, with nothing to add.
    pub const fn failed(reason: Reason) -> Self {
        Self::Failed(Failure::new(reason))
    }

    /// Of a status code: 400 and above failed.
    pub const fn from_status(status: u16) -> Self {
        if status >= 400 {
            Self::Failed(Failure::new(Reason::Status).with_status(status))
        } else {
            Self::Completed { status: Some(status) }
        }
    }

    /// Of an error that a handler returned.
    pub fn from_error(error: &dyn fmt::Display) -> Self {
        let mut text = Capped(String::new());
        // Ends early when the cap is reached.
        let _ = fmt::Write::write_fmt(&mut text, format_args!("{error}"));
        Self::Failed(Failure::new(Reason::Error).because(text.0))
    }

    /// The failure, where it failed.
    pub const fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Completed { .. } => None,
            Self::Failed(failure) => Some(failure),
        }
    }

    /// The status code, where there is one.
    pub const fn status(&self) -> Option<u16> {
        match self {
            Self::Completed { status } => *status,
            Self::Failed(failure) => failure.status,
        }
    }
}

/// What an error says of itself, as far as events keep it: a huge one is not written whole only to be cut.
struct Capped(String);

impl fmt::Write for Capped {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = MAX_DETAIL_STRING - self.0.len();
        self.0.push_str(json::prefix(text, room));
        if text.len() > room { Err(fmt::Error) } else { Ok(()) }
    }
}

/// A value that a handler returns, or a part of one, that says how the operation ended.
///
/// Implement it for an error type to record its status; for an `Ok` value to record the href of what an
/// `add` added. `Result<T, E>` asks whichever of the two is there.
///
/// ```
/// use events_core::{Ending, Failure, Outcome, Reason};
///
/// enum ApiError { NotFound }
///
/// impl Outcome for ApiError {
///     fn ending(&self) -> Ending {
///         Ending::Failed(Failure::new(Reason::Error).with_status(404).because("not found"))
///     }
/// }
/// ```
pub trait Outcome {
    /// How it ended.
    fn ending(&self) -> Ending;

    /// `<resource-type>/<id>` of what an `add` added.
    fn created(&self) -> Option<Cow<'_, str>> {
        None
    }
}

/// The href of what an `add` added: `Result<Href<Nuvlabox>, E>` is all that such a handler has to return.
impl<R: ?Sized> Outcome for Href<R> {
    fn ending(&self) -> Ending {
        Ending::COMPLETED
    }

    fn created(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(self.as_str()))
    }
}

/// A return type that can say that the handler was never run.
#[diagnostic::on_unimplemented(
    message = "this action cannot be refused: `{Self}` has no way to carry an `events::Refused` [EVT036]",
    label = "cannot be built from `events::Refused`",
    note = "for `Result<_, E>`, add `impl From<events::Refused> for E`",
    note = "for another return type, name a function: `refused = path::to::function`"
)]
pub trait Refusable: Sized {
    /// The value that says so.
    fn refused(refused: Refused) -> Self;
}

#[diagnostic::do_not_recommend]
impl<T, E: From<Refused>> Refusable for Result<T, E> {
    fn refused(refused: Refused) -> Self {
        Err(E::from(refused))
    }
}

#[cfg(feature = "http")]
impl Outcome for http::StatusCode {
    fn ending(&self) -> Ending {
        Ending::from_status(self.as_u16())
    }
}

/// A status with a body, as axum's handlers answer.
#[cfg(feature = "http")]
impl<T> Outcome for (http::StatusCode, T) {
    fn ending(&self) -> Ending {
        self.0.ending()
    }
}

/// A status with headers and a body.
#[cfg(feature = "http")]
impl<H, T> Outcome for (http::StatusCode, H, T) {
    fn ending(&self) -> Ending {
        self.0.ending()
    }
}

#[cfg(feature = "http")]
impl<B> Outcome for http::Response<B> {
    fn ending(&self) -> Ending {
        self.status().ending()
    }

    /// The end of the `Location` of a `201 Created`: `nuvlabox/1`, also where that is a path or a whole address.
    fn created(&self) -> Option<Cow<'_, str>> {
        if self.status() != http::StatusCode::CREATED {
            return None;
        }
        let location = self.headers().get(http::header::LOCATION)?.to_str().ok()?;
        let address = location.split(['?', '#']).next()?;
        let path = match address.split_once("//") {
            Some((scheme, rest)) if scheme.is_empty() || scheme.ends_with(':') => &rest[rest.find('/')?..],
            _ => address,
        };
        let path = path.trim_end_matches('/');
        let before = path.rmatch_indices('/').nth(1).map_or(0, |(slash, _)| slash + 1);
        Some(Cow::Borrowed(path[before..].trim_start_matches('/')))
    }
}

#[cfg(feature = "axum")]
#[diagnostic::do_not_recommend]
impl Refusable for axum::response::Response {
    fn refused(refused: Refused) -> Self {
        axum::response::IntoResponse::into_response(refused)
    }
}

#[cfg(all(test, feature = "http"))]
mod tests {
    use http::StatusCode;

    use super::*;

    #[test]
    fn a_status_beside_a_body_says_how_it_ended() {
        assert!((StatusCode::NOT_FOUND, "body").ending().failure().is_some());
        assert_eq!((StatusCode::CREATED, [("location", "nuvlabox/1")], "body").ending().status(), Some(201));
    }

    #[test]
    fn what_was_created_stands_at_the_end_of_its_location() {
        for (location, created) in [
            ("nuvlabox/1", "nuvlabox/1"),
            ("/api/nuvlabox/1", "nuvlabox/1"),
            ("/nuvlabox/1/", "nuvlabox/1"),
            ("https://api.example.com/v2/nuvlabox/1?select=id#top", "nuvlabox/1"),
            ("https://localhost/1", "1"),
            ("//localhost/api/nuvlabox/1", "nuvlabox/1"),
            ("/1", "1"),
            ("1", "1"),
        ] {
            let answer = http::Response::builder().status(201).header("location", location).body(()).unwrap();
            assert_eq!(answer.created().as_deref(), Some(created), "{location}");
        }
    }
}
