//! Closing operations whose handlers have returned: jobs do so when they are done.

use axum::{
    Json,
    extract::{Request, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use events_core::{AnyHref, CloseError, Closed, Closing, Ending, Failure, Reason, plain};
use serde_json::{Map, Value, json};

use crate::{
    api::{Api, caller},
    body,
    error::ApiError,
};

/// `POST event/<uuid>/complete`.
pub(crate) async fn complete(State(api): State<Api>, request: Request) -> Result<Response, ApiError> {
    close(&api, request, "completed", |said| Ok(Ending::Completed { status: said.status()? })).await
}

/// `POST event/<uuid>/fail`.
pub(crate) async fn fail(State(api): State<Api>, request: Request) -> Result<Response, ApiError> {
    close(&api, request, "failed", |said| {
        let mut failure = Failure::new(said.reason()?);
        if let Some(status) = said.status()? {
            failure = failure.with_status(status);
        }
        if let Some(message) = said.string("message")? {
            failure = failure.because(message);
        }
        Ok(Ending::Failed(failure))
    })
    .await
}

async fn close(
    api: &Api,
    request: Request,
    done: &str,
    ending: impl FnOnce(&Said) -> Result<Ending, ApiError>,
) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let (id, named) = api.id(&parts.uri);
    let caller = caller();
    if !caller.is_admin() {
        return Err(ApiError::Forbidden(named));
    }
    let id = id.ok_or(ApiError::NotFound(named))?;
    let body = body::read(&parts.headers, body, api.0.body_limit).await?;
    let said = Said(if body.trim_ascii().is_empty() { Map::new() } else { body::object(&body)? });
    let ending = ending(&said)?;
    let closing = said.closing(ending)?.by(caller);
    let answer = |status: StatusCode, message: String| {
        let location = id.closing();
        let body = json!({
            "status": status.as_u16(), "message": message, "resource-id": id.opening(), "location": location,
        });
        (status, Json(body)).into_response()
    };
    match api.manager().close(id, closing).await {
        Ok(Closed::Before(closing)) => Err(ApiError::ClosedBefore { operation: id.opening(), closing }),
        Ok(_) => Ok(answer(StatusCode::OK, format!("{} {done}", id.opening()))),
        Err(error @ CloseError::Pending) => Ok(answer(StatusCode::ACCEPTED, error.to_string())),
        Err(error) => Err(error.into()),
    }
}

/// What whoever closes an operation says about it.
struct Said(Map<String, Value>);

/// All that may be said.
const FIELDS: [&str; 5] = ["message", "status", "reason", "details", "linked-identifiers"];

impl Said {
    fn bad(name: &str, expected: &str) -> ApiError {
        ApiError::BadRequest(format!("`{name}`: write {expected}"))
    }

    fn string(&self, name: &str) -> Result<Option<String>, ApiError> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(Self::bad(name, "a string")),
        }
    }

    /// An HTTP status, where the job knows one.
    fn status(&self) -> Result<Option<u16>, ApiError> {
        match self.0.get("status") {
            None | Some(Value::Null) => Ok(None),
            Some(status) => {
                let number = status.as_u64().and_then(|status| u16::try_from(status).ok());
                let status = number.filter(|status| (100..600).contains(status));
                status.map(Some).ok_or_else(|| Self::bad("status", "an HTTP status, from 100 to 599"))
            }
        }
    }

    /// Why it failed. The other reasons are for the framework to give.
    fn reason(&self) -> Result<Reason, ApiError> {
        match self.string("reason")?.as_deref() {
            None | Some("error") => Ok(Reason::Error),
            Some("status") => Ok(Reason::Status),
            Some("cancelled") => Ok(Reason::Cancelled),
            Some("timeout") => Ok(Reason::Timeout),
            Some(_) => Err(Self::bad("reason", "one of error, status, cancelled, timeout")),
        }
    }

    fn closing(self, ending: Ending) -> Result<Closing, ApiError> {
        if let Some(unknown) = self.0.keys().find(|name| !FIELDS.contains(&name.as_str())) {
            let unknown: String = unknown.chars().take(80).collect();
            let why = format!("`{unknown}`: there is no such field, write some of {}", FIELDS.join(", "));
            return Err(ApiError::BadRequest(why));
        }
        let mut closing = Closing::new(ending);
        if let Some(message) = self.string("message")? {
            closing = closing.message(message);
        }
        match self.0.get("details") {
            None | Some(Value::Null) => {}
            Some(Value::Object(details)) => {
                for (name, value) in details {
                    closing = closing.detail(name, &plain(value));
                }
            }
            Some(_) => return Err(Self::bad("details", "an object")),
        }
        let linked = match self.0.get("linked-identifiers") {
            None | Some(Value::Null) => &[][..],
            Some(Value::Array(linked)) => linked,
            Some(_) => return Err(Self::bad("linked-identifiers", "an array of hrefs")),
        };
        for href in linked {
            let href: Option<AnyHref> = href.as_str().and_then(|href| href.parse().ok());
            closing = closing.link(&href.ok_or_else(|| Self::bad("linked-identifiers", "an array of hrefs"))?);
        }
        Ok(closing)
    }
}
