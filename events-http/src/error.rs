//! Everything that is answered but success, as existing clients know it.

use std::fmt;

use axum::{
    Json,
    http::{HeaderValue, Method, StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Response},
};
use events_core::{CloseError, Event, EventId, PostError, Refused, SearchError, TailError};
use serde_json::json;

/// Why a request was not done.
#[derive(Debug)]
pub(crate) enum ApiError {
    /// The caller may do nothing with the collection.
    CredentialsRequired,
    /// The caller has not the right on the event.
    Forbidden(String),
    /// There is no such event.
    NotFound(String),
    /// There is no such path.
    UnknownResource,
    /// There is no such action.
    UndefinedAction { method: Method, segments: Vec<String>, path: String },
    /// The path does not take the method.
    MethodNotAllowed { method: Method, path: String },
    /// The request cannot be understood.
    BadRequest(String),
    /// What is asked for was there, and is lost.
    Gone(String),
    /// The posted document is no event.
    Schema { id: EventId, problems: Vec<String> },
    /// The body is longer than this many bytes.
    TooLarge(usize),
    /// The body has an encoding that is not read.
    Encoding(String),
    /// The operation was closed before, so.
    ClosedBefore { operation: EventId, closing: Box<Event> },
    /// The operation is closed by its handler.
    NotDeferred { operation: EventId, why: String },
    /// Nothing was done, because events cannot be stored.
    Refused(Refused),
    /// The store cannot be read now.
    Unavailable(String),
}

impl ApiError {
    fn status(&self) -> StatusCode {
        match self {
            Self::CredentialsRequired | Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::NotFound(_) | Self::UnknownResource | Self::UndefinedAction { .. } => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Self::BadRequest(_) | Self::Schema { .. } => StatusCode::BAD_REQUEST,
            Self::Gone(_) => StatusCode::GONE,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Encoding(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::ClosedBefore { .. } | Self::NotDeferred { .. } => StatusCode::CONFLICT,
            Self::Refused(_) | Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// What `resource-id` names.
    fn resource(&self) -> Option<String> {
        match self {
            Self::Forbidden(resource) | Self::NotFound(resource) => Some(resource.clone()),
            Self::MethodNotAllowed { path, .. } => Some(path.clone()),
            Self::ClosedBefore { operation, .. } | Self::NotDeferred { operation, .. } => Some(operation.to_string()),
            _ => None,
        }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lower = |method: &Method| method.as_str().to_ascii_lowercase();
        match self {
            Self::CredentialsRequired => f.write_str("credentials required"),
            Self::Forbidden(resource) => write!(f, "invalid credentials for '{resource}'"),
            Self::NotFound(resource) => write!(f, "{resource} not found"),
            Self::UnknownResource => f.write_str("unknown resource"),
            Self::UndefinedAction { method, segments, path } => {
                let quoted: Vec<String> = segments.iter().map(|segment| format!("{segment:?}")).collect();
                write!(f, "undefined action ({}, [{}]) for {path}", lower(method), quoted.join(" "))
            }
            Self::MethodNotAllowed { method, path } => write!(f, "invalid method ({}) for {path}", lower(method)),
            Self::BadRequest(message) | Self::Gone(message) | Self::Unavailable(message) => f.write_str(message),
            Self::Schema { id, problems } => {
                write!(f, "resource {id} does not satisfy defined schema:")?;
                problems.iter().try_for_each(|problem| write!(f, "\n- {problem}"))
            }
            Self::TooLarge(limit) => write!(f, "the body is longer than {limit} bytes: send less"),
            Self::Encoding(encoding) => {
                write!(f, "the body is encoded as `{encoding}`: send it as it is, or compressed with gzip")
            }
            Self::ClosedBefore { operation, closing } => {
                let Event { authn_info: who, event_type, timestamp, id, .. } = &**closing;
                let who = who.user_id.as_ref().or(who.active_claim.as_ref());
                let who = who.map_or_else(|| "somebody anonymous".to_owned(), ToString::to_string);
                write!(f, "{operation} was closed before: {event_type} at {timestamp} by {who}, see {id}")
            }
            Self::NotDeferred { why, .. } => f.write_str(why),
            Self::Refused(refused) => refused.fmt(f),
        }
    }
}

impl From<Refused> for ApiError {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl From<PostError> for ApiError {
    fn from(error: PostError) -> Self {
        match error {
            PostError::Invalid { id, problems } => Self::Schema { id, problems },
            PostError::Refused(refused) => Self::Refused(refused),
            other => Self::Unavailable(other.to_string()),
        }
    }
}

const UNREADABLE: &str = "the events cannot be read now: try again, or see the log of the server";

impl From<SearchError> for ApiError {
    fn from(error: SearchError) -> Self {
        match error {
            SearchError::Unsupported(why) => Self::BadRequest(why),
            SearchError::Busy(_) => {
                tracing::warn!(%error, "a search over HTTP was refused");
                Self::Unavailable(error.to_string())
            }
            other => {
                // Paths and addresses are nothing for callers.
                tracing::error!(error = %other, "a search over HTTP failed");
                Self::Unavailable(UNREADABLE.to_owned())
            }
        }
    }
}

impl From<TailError> for ApiError {
    fn from(error: TailError) -> Self {
        match error {
            // What it would name is a number of the store, of no use to callers.
            TailError::Ahead { .. } => {
                Self::BadRequest("the trail has no such place: begin without one [EVT181]".to_owned())
            }
            // A client that is to come back would do so for ever.
            TailError::Damaged { .. } => Self::Gone(
                "the events behind this place cannot be read: follow from now on, and search for what happened before \
                 [EVT183]"
                    .to_owned(),
            ),
            other => {
                tracing::error!(error = %other, "a tail over HTTP did not begin");
                Self::Unavailable(UNREADABLE.to_owned())
            }
        }
    }
}

impl From<CloseError> for ApiError {
    fn from(error: CloseError) -> Self {
        match error {
            CloseError::Unknown(operation) => Self::NotFound(operation.to_string()),
            CloseError::NotDeferred(operation) => Self::NotDeferred { operation, why: error.to_string() },
            other => Self::Unavailable(other.to_string()),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = self.status();
        let mut body = json!({ "status": status.as_u16(), "message": self.to_string() });
        if let Some(resource) = self.resource() {
            body["resource-id"] = resource.into();
        }
        let mut response = (status, Json(body)).into_response();
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}
