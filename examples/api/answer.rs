//! What is answered when a resource was changed.

use std::borrow::Cow;

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header::LOCATION},
    response::{IntoResponse, Response},
};
use events::{Ending, Href, Outcome};
use serde_json::json;

use crate::job::Job;

/// `{status, message, resource-id, location?}`, and the header `Location`.
#[derive(Debug)]
pub(crate) struct Answer {
    status: StatusCode,
    message: String,
    resource: String,
    location: Option<String>,
}

impl Answer {
    /// 201.
    pub(crate) fn added<R>(id: &Href<R>) -> Self {
        let location = Some(id.as_str().to_owned());
        Self { status: StatusCode::CREATED, message: format!("{id} created"), resource: id.to_string(), location }
    }

    /// 200.
    pub(crate) fn done<R>(id: &Href<R>, what: &str) -> Self {
        Self { status: StatusCode::OK, message: format!("{id} {what}"), resource: id.to_string(), location: None }
    }

    /// 202: a job does it.
    pub(crate) fn accepted<R>(id: &Href<R>, doing: &str, job: &Href<Job>) -> Self {
        let message = format!("{doing} {id} with async {job}");
        Self { status: StatusCode::ACCEPTED, message, resource: id.to_string(), location: Some(job.to_string()) }
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
        // An href has only characters that a header may have.
        if let Some(Ok(location)) = self.location.as_deref().map(HeaderValue::from_str) {
            response.headers_mut().insert(LOCATION, location);
        }
        response
    }
}
