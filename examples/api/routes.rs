//! Which handler answers what.

use std::any::type_name;

use axum::{
    Router,
    handler::Handler,
    http::{Method, StatusCode, Uri, header::LOCATION},
    response::{IntoResponse, Response},
    routing::{MethodRouter, delete, get, post, put},
};
use serde_json::json;

use crate::{
    App, deployment, deployment::Deployment, error::ApiError, job::Job, nuvlabox, nuvlabox::Nuvlabox, reading,
};

const ENTRY_POINT: &str = "/api/cloud-entry-point";
const COLLECTIONS: [&str; 3] = ["nuvlabox", "deployment", "job"];

/// One line of the table: what is served, and what a test can say about it.
pub(crate) struct Route {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    /// The whole name of the function that answers.
    pub(crate) handler: &'static str,
    answer: MethodRouter<App>,
}

impl Route {
    fn get<T: 'static, H: Handler<T, App>>(path: &'static str, handler: H) -> Self {
        Self { method: Method::GET, path, handler: type_name::<H>(), answer: get(handler) }
    }

    fn post<T: 'static, H: Handler<T, App>>(path: &'static str, handler: H) -> Self {
        Self { method: Method::POST, path, handler: type_name::<H>(), answer: post(handler) }
    }

    fn put<T: 'static, H: Handler<T, App>>(path: &'static str, handler: H) -> Self {
        Self { method: Method::PUT, path, handler: type_name::<H>(), answer: put(handler) }
    }

    fn delete<T: 'static, H: Handler<T, App>>(path: &'static str, handler: H) -> Self {
        Self { method: Method::DELETE, path, handler: type_name::<H>(), answer: delete(handler) }
    }
}

/// Everything that is served. There is no other list, so no route can be left out of the test that walks it.
pub(crate) fn table() -> Vec<Route> {
    vec![
        Route::get(ENTRY_POINT, entry_point),
        Route::post("/api/nuvlabox", nuvlabox::add),
        Route::get("/api/nuvlabox", reading::search::<Nuvlabox>),
        Route::put("/api/nuvlabox", reading::search::<Nuvlabox>),
        Route::get("/api/nuvlabox/{id}", reading::get::<Nuvlabox>),
        Route::put("/api/nuvlabox/{id}", nuvlabox::edit),
        Route::delete("/api/nuvlabox/{id}", nuvlabox::delete),
        Route::post("/api/nuvlabox/{id}/activate", nuvlabox::activate),
        Route::post("/api/nuvlabox/{id}/reboot", nuvlabox::reboot),
        Route::post("/api/nuvlabox/{id}/decommission", nuvlabox::decommission),
        Route::post("/api/deployment", deployment::add),
        Route::get("/api/deployment", reading::search::<Deployment>),
        Route::put("/api/deployment", reading::search::<Deployment>),
        Route::get("/api/deployment/{id}", reading::get::<Deployment>),
        Route::put("/api/deployment/{id}", deployment::edit),
        Route::delete("/api/deployment/{id}", deployment::delete),
        Route::post("/api/deployment/{id}/start", deployment::start),
        Route::post("/api/deployment/{id}/stop", deployment::stop),
        Route::get("/api/job", reading::search::<Job>),
        Route::put("/api/job", reading::search::<Job>),
        Route::get("/api/job/{id}", reading::get::<Job>),
    ]
}

pub(crate) fn routes() -> Router<App> {
    let served = table().into_iter().fold(Router::new(), |router, route| router.route(route.path, route.answer));
    served.method_not_allowed_fallback(other_method).fallback(elsewhere)
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
