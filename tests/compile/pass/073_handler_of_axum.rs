//! A handler with axum's own extractors.

use scene::{Href, Nuvlabox, action};

use axum::{Json, extract::{Path, State}, response::IntoResponse};

#[action(event = "nuvlabox.reboot", details(force: bool))]
pub async fn reboot(State(_app): State<()>, Path(id): Path<Href<Nuvlabox>>, Json(force): Json<bool>) -> impl IntoResponse {
    drop(id);
    force.to_string()
}
