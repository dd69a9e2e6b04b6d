//! What a whole interface answers beside its resources: the cloud entry point, and every other path.

use axum::{
    Json,
    extract::State,
    http::{HeaderValue, Method, StatusCode, Uri, header::LOCATION},
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value, json};

use crate::{
    api::Api,
    error::ApiError,
    unchangeable::{not_allowed, undefined_action},
};

/// `GET cloud-entry-point`: what clients begin with. Public.
pub(crate) async fn entry_point(State(api): State<Api>) -> Response {
    let collections: Map<String, Value> =
        api.0.collections.iter().map(|name| (name.clone(), json!({ "href": name }))).collect();
    let body = json!({
        "id": "cloud-entry-point",
        "resource-type": "cloud-entry-point",
        "base-uri": format!("{}/", api.0.base),
        "collections": collections,
    });
    Json(body).into_response()
}

/// A path that nothing else serves.
pub(crate) async fn elsewhere(State(api): State<Api>, method: Method, uri: Uri) -> Response {
    if method == Method::OPTIONS {
        return StatusCode::NO_CONTENT.into_response();
    }
    let (path, base) = (uri.path(), api.0.base.as_str());
    let is_inside = path.strip_prefix(base).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    if !is_inside {
        let to = format!("{base}/cloud-entry-point");
        let body = json!({ "status": 302, "message": format!("the interface is below {base}"), "location": to });
        let mut response = (StatusCode::FOUND, Json(body)).into_response();
        if let Ok(to) = HeaderValue::from_str(&to) {
            response.headers_mut().insert(LOCATION, to);
        }
        return response;
    }
    let is_known = |collection: &str| api.0.collections.iter().any(|known| known == collection);
    match api.segments(path)[..] {
        [collection, _, _] if is_known(collection) => undefined_action(&api, method, &uri),
        [collection] if !is_known(collection) => not_allowed(method, &uri),
        _ => ApiError::UnknownResource,
    }
    .into_response()
}
