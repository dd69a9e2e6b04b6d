//! Attributes of others above and below, documentation among them.

#![allow(clippy::diverging_sub_expression, clippy::unused_async, reason = "`debug_handler` alone does that")]

use axum::{Json, extract::Path};
use events::{Href, action};
use tracing::instrument;

use crate::fixture::{Error, Machine, id, recorded};

impl axum::response::IntoResponse for Error {
    fn into_response(self) -> axum::response::Response {
        axum::http::StatusCode::SERVICE_UNAVAILABLE.into_response()
    }
}

/// Above.
#[instrument(skip_all, fields(id = %id))]
#[action(event = "machine.traced-above")]
/// Below.
#[must_use = "it may have failed"]
async fn traced_above(id: Href<Machine>) -> Result<u8, Error> {
    drop(id);
    Ok(1)
}

#[action(event = "machine.traced-below", details(n))]
#[instrument(skip(id), err(Debug))]
#[allow(clippy::unused_async)]
async fn traced_below(id: Href<Machine>, n: u8) -> Result<u8, Error> {
    drop(id);
    Ok(n)
}

#[axum::debug_handler]
#[action(event = "machine.checked")]
async fn checked_above(Path(id): Path<Href<Machine>>) -> Result<Json<u8>, Error> {
    drop(id);
    Ok(Json(1))
}

#[action(event = "machine.checked-below")]
#[axum::debug_handler]
async fn checked_below(Path(id): Path<Href<Machine>>) -> Result<Json<u8>, Error> {
    drop(id);
    Ok(Json(1))
}

/// Described above.
#[utoipa::path(post, path = "/machines/{id}/describe", responses((status = 200)))]
#[action(event = "machine.described")]
pub(crate) async fn described_above(Path(id): Path<Href<Machine>>) -> Result<Json<u8>, Error> {
    drop(id);
    Ok(Json(1))
}

#[action(event = "machine.described-below")]
/// Described below.
#[utoipa::path(post, path = "/machines/{id}/describe-below", responses((status = 200)))]
pub(crate) async fn described_below(Path(id): Path<Href<Machine>>) -> Result<Json<u8>, Error> {
    drop(id);
    Ok(Json(1))
}

#[test]
fn each_order_records_and_serves() {
    let (out, events) = recorded(async {
        let all = [
            checked_above(Path(id())).await,
            checked_below(Path(id())).await,
            described_above(Path(id())).await,
            described_below(Path(id())).await,
        ];
        let served: Vec<bool> = all.iter().map(Result::is_ok).collect();
        (traced_above(id()).await, traced_below(id(), 2).await, served)
    });
    assert_eq!(out, (Ok(1), Ok(2), vec![true; 4]));
    assert_eq!(events, 12);
    drop(axum::Router::<()>::new().route("/{id}", axum::routing::post(checked_above)));
}
