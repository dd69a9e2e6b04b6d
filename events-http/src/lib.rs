//! axum: the layer that turns the caller's identity header into an event context, and the event resource as routes.
//!
//! ```
//! use axum::{Router, routing::post};
//! use events_core::EventManager;
//! use events_http::EventsLayer;
//!
//! # async fn reboot() {}
//! # fn routes(manager: EventManager) -> Router {
//! Router::new()
//!     .route("/api/nuvlabox/{id}/reboot", post(reboot))
//!     .merge(events_http::router(&manager))
//!     .layer(EventsLayer::new(manager).header(events_http::HEADER)) // the proxy at the edge says who calls
//! # }
//! ```
//!
//! Every request then runs inside the manager and a [`Context`](events_core::Context) with its caller and
//! its `traceparent`; annotated handlers find both. The response names the operation that it recorded. People and programs
//! search, follow and post events at the routes of [`router`]; with the feature `page` people have a page for it.

mod add;
mod api;
mod body;
mod caller;
mod close;
mod collection;
mod elsewhere;
mod error;
mod follow;
mod layer;
mod one;
mod openapi;
#[cfg(feature = "page")]
mod page;
mod parameters;
mod parent;
mod response;
mod routes;
mod search;
mod select;
mod service;
mod shown;
mod store;
mod unchangeable;

pub use caller::{InvalidCaller, caller_from_header};
pub use layer::{EventsLayer, HEADER, OPERATION, PARENT};
pub use openapi::OPENAPI;
pub use response::ResponseFuture;
pub use routes::{EventRoutes, router};
pub use service::EventsService;
