//! An `add` that answers with a response.

use scene::*;

use axum::response::{IntoResponse, Response};

#[action(event = "nuvlabox.add")]
pub async fn add(name: String) -> Response {
    name.into_response()
}

#[action(event = "deployment.add")]
pub async fn add_another(name: String) -> impl IntoResponse {
    name
}
