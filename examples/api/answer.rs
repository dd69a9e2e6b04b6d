//! What is answered when a resource was changed.

use std::borrow::Cow;

use axum::{
    Json,
    http::{
        HeaderValue, StatusCode,
        header::{LOCATION, SET_COOKIE},
    },
    response::{IntoResponse, Response},
};
use events::{Ending, Href, Outcome, Resource};
use serde_json::json;

use super::{error::ApiError, job::Job};

/// `{status, message, resource-id, location?}`, and the header `Location`.
#[derive(Debug)]
pub(crate) struct Answer {
    status: StatusCode,
    message: String,
    resource: String,
    location: Option<String>,
    cookie: Option<String>,
}

impl Answer {
    /// 201.
    pub(crate) fn added<R>(id: &Href<R>) -> Self {
        Self { location: Some(id.to_string()), ..Self::new(StatusCode::CREATED, id, format!("{id} created")) }
    }

    /// 200.
    pub(crate) fn done<R>(id: &Href<R>, what: &str) -> Self {
        Self::new(StatusCode::OK, id, format!("{id} {what}"))
    }

    /// 202: a job does it.
    pub(crate) fn accepted<R>(id: &Href<R>, doing: &str, job: &Href<Job>) -> Self {
        let message = format!("{doing} {id} with async {job}");
        Self { location: Some(job.to_string()), ..Self::new(StatusCode::ACCEPTED, id, message) }
    }

    fn new<R>(status: StatusCode, id: &Href<R>, message: String) -> Self {
        Self { status, message, resource: id.to_string(), location: None, cookie: None }
    }

    /// The same, and the client keeps this cookie.
    pub(crate) fn with_cookie(self, cookie: String) -> Self {
        Self { cookie: Some(cookie), ..self }
    }

    /// What was added, changed, or will be.
    pub(crate) fn id<R: Resource>(&self) -> Result<Href<R>, ApiError> {
        Ok(self.resource.parse()?)
    }
}

impl Outcome for Answer {
    fn ending(&self) -> Ending {
        Ending::from_status(self.status.as_u16())
    }

    fn created(&self) -> Option<Cow<'_, str>> {
        (self.status == StatusCode::CREATED).then_some(Cow::Borrowed(&self.resource))
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut body = json!({ "status": self.status.as_u16(), "message": self.message, "resource-id": self.resource });
        if self.status == StatusCode::ACCEPTED {
            body["location"] = json!(self.location);
        }
        let mut response = (self.status, Json(body)).into_response();
        for (name, value) in [(LOCATION, self.location), (SET_COOKIE, self.cookie)] {
            // Hrefs and cookies have only characters that a header may have.
            if let Some(Ok(value)) = value.map(HeaderValue::try_from) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}
