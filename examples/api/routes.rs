//! Which handler answers what.

use axum::{
    Router,
    http::{Method, StatusCode, Uri, header::LOCATION},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::json;

use crate::{
    App, deployment, deployment::Deployment, error::ApiError, job::Job, nuvlabox, nuvlabox::Nuvlabox, reading,
};

const ENTRY_POINT: &str = "/api/cloud-entry-point";
const COLLECTIONS: [&str; 3] = ["nuvlabox", "deployment", "job"];

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route(ENTRY_POINT, get(entry_point))
        .route("/api/nuvlabox", post(nuvlabox::add).get(reading::search::<Nuvlabox>).put(reading::search::<Nuvlabox>))
        .route("/api/nuvlabox/{id}", get(reading::get::<Nuvlabox>).put(nuvlabox::edit).delete(nuvlabox::delete))
        .route("/api/nuvlabox/{id}/activate", post(nuvlabox::activate))
        .route("/api/nuvlabox/{id}/reboot", post(nuvlabox::reboot))
        .route("/api/nuvlabox/{id}/decommission", post(nuvlabox::decommission))
        .route(
            "/api/deployment",
            post(deployment::add).get(reading::search::<Deployment>).put(reading::search::<Deployment>),
        )
        .route("/api/deployment/{id}", get(reading::get::<Deployment>).put(deployment::edit).delete(deployment::delete))
        .route("/api/deployment/{id}/start", post(deployment::start))
        .route("/api/deployment/{id}/stop", post(deployment::stop))
        .route("/api/job", get(reading::search::<Job>).put(reading::search::<Job>))
        .route("/api/job/{id}", get(reading::get::<Job>))
        .method_not_allowed_fallback(other_method)
        .fallback(elsewhere)
}

/// What the web client starts from.
async fn entry_point() -> impl IntoResponse {
    let collections: serde_json::Map<_, _> =
        COLLECTIONS.iter().map(|name| ((*name).to_owned(), json!({ "href": name }))).collect();
    axum::Json(json!({ "id": "cloud-entry-point", "base-uri": "/api/", "collections": collections }))
}

/// A known path, another method.
async fn other_method(method: Method, uri: Uri) -> Response {
    if method == Method::OPTIONS {
        return StatusCode::NO_CONTENT.into_response();
    }
    match segments(uri.path())[..] {
        // An action is only ever posted.
        [_, _, _] => undefined_action(&method, uri.path()).into_response(),
        _ => method_not_allowed(&method, uri.path()).into_response(),
    }
}

/// A path that no route has.
async fn elsewhere(method: Method, uri: Uri) -> Response {
    let path = uri.path();
    if method == Method::OPTIONS {
        return StatusCode::NO_CONTENT.into_response();
    }
    if path != "/api" && !path.starts_with("/api/") {
        let body =
            axum::Json(json!({ "status": 302, "message": "the interface is below /api", "location": ENTRY_POINT }));
        return (StatusCode::FOUND, [(LOCATION, ENTRY_POINT)], body).into_response();
    }
    let answer = match segments(path)[..] {
        [collection, _, _] if COLLECTIONS.contains(&collection) => undefined_action(&method, path),
        [collection] if !COLLECTIONS.contains(&collection) => method_not_allowed(&method, path),
        _ => ApiError::UnknownResource,
    };
    answer.into_response()
}

/// What stands behind `/api/`.
fn segments(path: &str) -> Vec<&str> {
    path.strip_prefix("/api/").unwrap_or_default().split('/').filter(|segment| !segment.is_empty()).collect()
}

fn undefined_action(method: &Method, path: &str) -> ApiError {
    let (collection, action) = match segments(path)[..] {
        [collection, _, action] => (collection.to_owned(), action.to_owned()),
        _ => Default::default(),
    };
    ApiError::UndefinedAction { method: method.as_str().to_lowercase(), collection, action, path: path.to_owned() }
}

fn method_not_allowed(method: &Method, path: &str) -> ApiError {
    ApiError::MethodNotAllowed { method: method.as_str().to_lowercase(), path: path.to_owned() }
}
