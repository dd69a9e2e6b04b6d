//! Posting events.

use axum::{
    Json,
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header::LOCATION},
    response::{IntoResponse, Response},
};
use events_core::{Context, Posted};
use serde_json::json;

use crate::{api::Api, body, error::ApiError};

/// `POST event`: a direct event, in the older shape or in the new one.
pub(crate) async fn add(State(api): State<Api>, request: Request) -> Result<Response, ApiError> {
    let caller = api.poster()?;
    let (parts, body) = request.into_parts();
    let body = body::read(&parts.headers, body, api.0.body_limit).await?;
    let posted = Posted::new(body::object(&body)?);
    let context = Context::current().unwrap_or_else(|| Context::new(caller));
    let id = api.manager().post(posted, &context).await?;
    let answer = json!({ "status": 201, "message": format!("{id} created"), "resource-id": id });
    let mut response = (StatusCode::CREATED, Json(answer)).into_response();
    // An id has only characters that a header may have.
    if let Ok(location) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert(LOCATION, location);
    }
    Ok(response)
}
