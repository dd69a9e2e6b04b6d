//! axum: the layer that turns the caller's identity header into an event context.
//!
//! ```
//! use axum::{Router, routing::post};
//! use events_core::EventManager;
//! use events_http::EventsLayer;
//!
//! # async fn reboot() {}
//! # fn routes(manager: EventManager) -> Router {
//! Router::new().route("/api/nuvlabox/{id}/reboot", post(reboot)).layer(EventsLayer::new(manager))
//! # }
//! ```
//!
//! Every request then runs inside the manager and a [`Context`](events_core::Context) with its caller and
//! its `traceparent`; annotated handlers find both.

mod caller;
mod layer;
mod response;
mod service;

pub use caller::{InvalidCaller, caller_from_header};
pub use layer::{EventsLayer, HEADER};
pub use response::ResponseFuture;
pub use service::EventsService;
