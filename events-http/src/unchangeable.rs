//! Events do not change: what is answered to those who try.

use axum::{
    extract::{Request, State},
    http::{Method, StatusCode, Uri},
    response::{IntoResponse, Response},
};

use crate::{
    api::{Api, caller, is_anonymous},
    error::ApiError,
    parameters::Parameters,
};

/// `PUT event/<uuid>` and `DELETE event/<uuid>`: refused, whoever asks.
pub(crate) async fn change(State(api): State<Api>, method: Method, uri: Uri) -> ApiError {
    if is_anonymous(&caller()) {
        return ApiError::Forbidden(api.id(&uri).1);
    }
    ApiError::MethodNotAllowed { method, path: uri.path().to_owned() }
}

/// `DELETE event`: refused, in the words that existing clients know.
pub(crate) async fn delete_bulk(State(api): State<Api>, request: Request) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    if !parts.headers.contains_key("bulk") {
        let message = "Bulk request should contain bulk http header.";
        return Err(ApiError::BadRequest(message.to_owned()));
    }
    let parameters = Parameters::of_request(&parts.uri, &parts.headers, body, api.0.body_limit).await?;
    if parameters.all("filter").all(|filter| filter.trim().is_empty()) {
        let message = "Bulk request should contain a non empty cimi filter.";
        return Err(ApiError::BadRequest(message.to_owned()));
    }
    if is_anonymous(&caller()) {
        return Err(ApiError::CredentialsRequired);
    }
    Err(ApiError::MethodNotAllowed { method: parts.method, path: parts.uri.path().to_owned() })
}

/// A known path and another method.
pub(crate) async fn other_method(State(api): State<Api>, method: Method, uri: Uri) -> Response {
    if method == Method::OPTIONS {
        return StatusCode::NO_CONTENT.into_response();
    }
    let segments = api.segments(uri.path());
    // An action is only ever posted; those on a collection, patched.
    let is_action = segments.len() >= 3 || (segments.len() == 2 && method == Method::PATCH);
    if is_action { undefined_action(&api, method, &uri) } else { not_allowed(method, &uri) }.into_response()
}

/// An action that events do not have.
pub(crate) async fn other_action(State(api): State<Api>, method: Method, uri: Uri) -> Response {
    if method == Method::OPTIONS {
        return StatusCode::NO_CONTENT.into_response();
    }
    undefined_action(&api, method, &uri).into_response()
}

pub(crate) fn undefined_action(api: &Api, method: Method, uri: &Uri) -> ApiError {
    let mut segments: Vec<String> = api.segments(uri.path()).into_iter().map(str::to_owned).collect();
    if segments.len() == 3 {
        // The collection and the action.
        segments.remove(1);
    }
    ApiError::UndefinedAction { method, segments, path: uri.path().to_owned() }
}

pub(crate) fn not_allowed(method: Method, uri: &Uri) -> ApiError {
    ApiError::MethodNotAllowed { method, path: uri.path().to_owned() }
}
