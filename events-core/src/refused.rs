//! Why an operation was refused before its handler ran.

use std::{borrow::Cow, time::Duration};

/// The handler was not run, and nothing was done.
///
/// Convert it in your error type (`impl From<Refused>`); with the feature `axum` it is a response:
/// 503 with `Retry-After` where trying again helps, 500 where the program has to change.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{event_type}` was refused, nothing was done: {reason} [{}]", .kind.code())]
pub struct Refused {
    /// What would have been recorded.
    pub event_type: Cow<'static, str>,
    /// What kind of refusal it is.
    pub kind: RefusedKind,
    /// What happened and what to do.
    pub reason: Cow<'static, str>,
}

/// The kinds of refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RefusedKind {
    /// The opening event could not be stored in time: try again.
    Storage,
    /// Too many operations are open: try again.
    TooManyOpen,
    /// No context says who acts.
    NoContext,
    /// No manager is installed, or it does not know the declaration.
    Unregistered,
    /// What was to be recorded is not well-formed, such as an href.
    BadDocument,
    /// The manager is shutting down: try again elsewhere.
    ShuttingDown,
}

impl RefusedKind {
    /// The stable id of the message; see `docs/errors.md`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Storage => "EVT101",
            Self::TooManyOpen => "EVT102",
            Self::NoContext => "EVT103",
            Self::Unregistered => "EVT104",
            Self::BadDocument => "EVT105",
            Self::ShuttingDown => "EVT106",
        }
    }

    /// How long to wait before another try, where trying again helps.
    pub const fn retry_after(self) -> Option<Duration> {
        match self {
            Self::Storage | Self::TooManyOpen | Self::ShuttingDown => Some(Duration::from_secs(1)),
            Self::NoContext | Self::Unregistered | Self::BadDocument => None,
        }
    }

    /// The HTTP status that says it: 503 or 500.
    pub const fn status(self) -> u16 {
        if self.retry_after().is_some() { 503 } else { 500 }
    }
}

impl Refused {
    pub(crate) fn new(event_type: &'static str, kind: RefusedKind, reason: impl Into<Cow<'static, str>>) -> Self {
        Self { event_type: event_type.into(), kind, reason: reason.into() }
    }
}

#[cfg(feature = "axum")]
impl axum::response::IntoResponse for Refused {
    fn into_response(self) -> axum::response::Response {
        use axum::http::{HeaderValue, StatusCode, header::RETRY_AFTER};

        let status = StatusCode::from_u16(self.kind.status()).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
        let body = serde_json::json!({ "status": status.as_u16(), "message": self.to_string() });
        let mut response = (status, axum::Json(body)).into_response();
        if let Some(after) = self.kind.retry_after() {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(after.as_secs()));
        }
        response
    }
}
