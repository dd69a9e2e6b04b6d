//! `impl Trait` as an argument, as a part of what is returned, and as all of it.

use std::fmt::Display;

use axum::response::IntoResponse;
use events::{Href, Refused, action};

use crate::fixture::{Error, Machine, id, recorded};

#[action(event = "machine.argument", details(text: String = text.to_string()))]
async fn argument(id: Href<Machine>, text: impl Display + Send) -> Result<usize, Error> {
    drop(id);
    Ok(text.to_string().len())
}

#[action(event = "machine.inside")]
async fn inside(id: Href<Machine>) -> Result<impl Iterator<Item = u8>, Error> {
    drop(id);
    Ok((1..=3).rev())
}

fn nothing(_: Refused) -> std::ops::Range<u8> {
    0..0
}

#[action(event = "machine.whole", refused = nothing)]
async fn whole(id: Href<Machine>) -> impl Iterator<Item = u8> {
    drop(id);
    0..4
}

#[action(event = "machine.response")]
async fn response(id: Href<Machine>, early: bool) -> impl IntoResponse {
    if early {
        return (axum::http::StatusCode::ACCEPTED, "early".to_owned());
    }
    (axum::http::StatusCode::CREATED, id.to_string())
}

#[test]
fn opaque_types_stay_opaque() {
    let (out, events) = recorded(async {
        let early = response(id(), true).await.into_response().status().as_u16();
        let late = response(id(), false).await.into_response().status().as_u16();
        let all: Option<Vec<u8>> = inside(id()).await.ok().map(Iterator::collect);
        (argument(id(), 42).await, all, whole(id()).await.count(), early, late)
    });
    assert_eq!(out, (Ok(2), Some(vec![3, 2, 1]), 4, 202, 201));
    assert_eq!(events, 10);
}
