//! The future of a response.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context as Task, Poll, ready},
};

use axum::{http::HeaderValue, response::Response};
use events_core::{FirstOperation, Scoped};
use pin_project_lite::pin_project;

use crate::layer::OPERATION;

pin_project! {
    /// The response of an [`EventsService`](crate::EventsService).
    ///
    /// Dropped before it is ready, the operations of the request end as `cancelled`.
    #[must_use = "futures do nothing unless polled"]
    pub struct ResponseFuture<F> {
        #[pin]
        state: State<F>,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<F> {
        // In the manager, and in the caller's context.
        Running { #[pin] future: Scoped<Scoped<F>>, first: FirstOperation },
        Answered { response: Option<Response> },
    }
}

impl<F> ResponseFuture<F> {
    pub(crate) fn running(future: Scoped<Scoped<F>>, first: FirstOperation) -> Self {
        Self { state: State::Running { future, first } }
    }

    pub(crate) fn answered(response: Response) -> Self {
        Self { state: State::Answered { response: Some(response) } }
    }
}

impl<F> fmt::Debug for ResponseFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}

impl<F, E> Future for ResponseFuture<F>
where
    F: Future<Output = Result<Response, E>>,
{
    type Output = Result<Response, E>;

    fn poll(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<Self::Output> {
        match self.project().state.project() {
            StateProjection::Running { future, first } => {
                let mut response = ready!(future.poll(task))?;
                // An id has only characters that a header may have.
                if let Some(Ok(id)) = first.id().map(|id| HeaderValue::from_str(&id.to_string())) {
                    response.headers_mut().entry(OPERATION).or_insert(id);
                }
                Poll::Ready(Ok(response))
            }
            StateProjection::Answered { response } => {
                response.take().map_or(Poll::Pending, |response| Poll::Ready(Ok(response)))
            }
        }
    }
}
