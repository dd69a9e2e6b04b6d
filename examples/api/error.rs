//! Everything that is answered but success, and how the trail says it.

use std::fmt;

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Response},
};
use events::{Ending, Failure, InvalidClaim, InvalidHref, Outcome, Reason, Refused};
use serde_json::json;

/// Why a request was not done.
#[derive(Debug)]
pub(crate) enum ApiError {
    /// The caller may do nothing with the collection.
    CredentialsRequired,
    /// The caller has not the right on the resource.
    Forbidden(String),
    /// There is no such resource.
    NotFound(String),
    /// The resource has no such action.
    UndefinedAction { method: String, collection: String, action: String, path: String },
    /// The path does not take the method.
    MethodNotAllowed { method: String, path: String },
    /// The request cannot be understood.
    BadRequest(String),
    /// The body is too large.
    TooLarge(String),
    /// There is a resource of that id already.
    Conflict(String),
    /// Nobody of that name has that password.
    LoginFailed { username: String },
    /// Too many ask for what takes the server long: nothing was done.
    Busy,
    /// The resource is in a state in which this cannot be done.
    InvalidState { action: &'static str, resource: String, state: String },
    /// Events cannot be stored. What cannot begin does nothing, and what is under way stops there.
    Refused(Refused),
    /// The server is at fault.
    Internal(String),
}

impl ApiError {
    pub(crate) fn status(&self) -> u16 {
        match self {
            Self::CredentialsRequired | Self::Forbidden(_) | Self::LoginFailed { .. } => 403,
            Self::NotFound(_) | Self::UndefinedAction { .. } => 404,
            Self::MethodNotAllowed { .. } => 405,
            Self::BadRequest(_) => 400,
            Self::TooLarge(_) => 413,
            Self::Conflict(_) | Self::InvalidState { .. } => 409,
            Self::Busy => 429,
            Self::Refused(refused) => refused.kind.status(),
            Self::Internal(_) => 500,
        }
    }

    fn resource(&self) -> Option<&str> {
        match self {
            Self::Forbidden(resource)
            | Self::NotFound(resource)
            | Self::Conflict(resource)
            | Self::InvalidState { resource, .. } => Some(resource),
            Self::MethodNotAllowed { path, .. } => Some(path),
            _ => None,
        }
    }

    pub(crate) fn internal(error: impl fmt::Display) -> Self {
        Self::Internal(error.to_string())
    }
}

/// What was found; none where nothing is there, or not for whoever asks.
pub(crate) fn optional<T>(found: Result<T, ApiError>) -> Result<Option<T>, ApiError> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(ApiError::NotFound(_) | ApiError::Forbidden(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CredentialsRequired => f.write_str("credentials required"),
            Self::Forbidden(named) | Self::LoginFailed { username: named } => {
                write!(f, "invalid credentials for '{named}'")
            }
            Self::Conflict(resource) => write!(f, "conflict with {resource}"),
            Self::NotFound(resource) => write!(f, "{resource} not found"),
            Self::UndefinedAction { method, collection, action, path } => {
                write!(f, "undefined action ({method}, [{collection:?} {action:?}]) for {path}")
            }
            Self::MethodNotAllowed { method, path } => write!(f, "invalid method ({method}) for {path}"),
            Self::BadRequest(message) | Self::TooLarge(message) => f.write_str(message),
            Self::InvalidState { action, resource, state } => {
                write!(f, "invalid state for {action} on {resource}: {state}")
            }
            Self::Busy => f.write_str("too many passwords are looked at right now: try again in a second"),
            Self::Refused(refused) => refused.fmt(f),
            Self::Internal(message) => write!(f, "Unexpected exception thrown: {message}"),
        }
    }
}

impl From<Refused> for ApiError {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl From<InvalidClaim> for ApiError {
    fn from(invalid: InvalidClaim) -> Self {
        Self::BadRequest(invalid.to_string())
    }
}

impl From<InvalidHref> for ApiError {
    fn from(invalid: InvalidHref) -> Self {
        Self::BadRequest(invalid.to_string())
    }
}

/// How an operation ended that is answered with this.
impl Outcome for ApiError {
    fn ending(&self) -> Ending {
        let message = match self {
            // What is typed in the wrong field is somebody's password.
            Self::LoginFailed { .. } => "invalid credentials".to_owned(),
            _ => self.to_string(),
        };
        Ending::Failed(Failure::new(Reason::Error).with_status(self.status()).because(message))
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        if let Self::Refused(refused) = self {
            return refused.into_response();
        }
        let mut body = json!({ "status": self.status(), "message": self.to_string() });
        if let Some(resource) = self.resource() {
            body["resource-id"] = resource.into();
        }
        let status = StatusCode::from_u16(self.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(body)).into_response();
        if matches!(self, Self::Busy) {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}
