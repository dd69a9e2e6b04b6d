//! The service that the layer wraps around another.

use std::task::{Context as Task, Poll};

use axum::{
    Json,
    extract::Request,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use events_core::{EventManager, FirstOperation, scope};
use tower_service::Service;

use crate::{
    layer::{Source, Trusted},
    response::ResponseFuture,
};

/// A service whose requests run inside an event manager and the context of their caller.
/// Made by [`EventsLayer`](crate::EventsLayer).
#[derive(Clone)]
pub struct EventsService<S> {
    inner: S,
    manager: EventManager,
    source: Source,
    trusted: Trusted,
}

impl<S> EventsService<S> {
    pub(crate) fn new(inner: S, manager: EventManager, source: Source, trusted: Trusted) -> Self {
        Self { inner, manager, source, trusted }
    }
}

impl<S: std::fmt::Debug> std::fmt::Debug for EventsService<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EventsService").field("inner", &self.inner).finish_non_exhaustive()
    }
}

impl<S> Service<Request> for EventsService<S>
where
    S: Service<Request, Response = Response>,
{
    type Response = Response;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future>;

    fn poll_ready(&mut self, task: &mut Task<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(task)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let (parts, body) = request.into_parts();
        match self.source.context(&parts, &self.trusted) {
            Ok(context) => {
                let running = self.inner.call(Request::from_parts(parts, body));
                let first = FirstOperation::default();
                let context = context.telling(&first);
                ResponseFuture::running(self.manager.scope(scope(context, running)), first)
            }
            Err(rejected) => ResponseFuture::answered(bad_request(&rejected.to_string())),
        }
    }
}

fn bad_request(message: &str) -> Response {
    let body = serde_json::json!({ "status": 400, "message": message });
    (StatusCode::BAD_REQUEST, Json(body)).into_response()
}
