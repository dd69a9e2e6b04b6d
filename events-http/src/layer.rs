//! The layer, and where it finds out who calls.

use std::{fmt, sync::Arc};

use axum::http::{HeaderMap, HeaderName, HeaderValue, request::Parts};
use events_core::{Caller, Context, EventManager};
use tower_layer::Layer;

use crate::{
    caller::{InvalidCaller, caller_from_header},
    service::EventsService,
};

/// The header that says who calls, unless the layer is told another.
pub const HEADER: HeaderName = HeaderName::from_static("nuvla-authn-info");

/// Runs every request inside an event manager and the context of its caller.
///
/// The caller comes from the header [`HEADER`], `<user> <active-claim> <claims…>`; without it the caller is
/// anonymous. A header that cannot be read is answered with 400, and nothing runs. The trace comes from
/// `traceparent`; one that is not well-formed is left out.
///
/// **The header is believed.** Whoever can send it can be anybody, so the proxy at the edge must strip it
/// from every request and set it itself. Where there is no such proxy, authenticate in a layer of your own
/// and say who calls with [`from_request`](EventsLayer::from_request).
#[derive(Clone)]
pub struct EventsLayer {
    manager: EventManager,
    source: Source,
}

/// Where the context of a request comes from.
#[derive(Clone)]
pub(crate) enum Source {
    Header(HeaderName),
    Function(Arc<dyn Fn(&Parts) -> Context + Send + Sync>),
}

impl EventsLayer {
    /// Reads the header [`HEADER`].
    pub fn new(manager: EventManager) -> Self {
        Self { manager, source: Source::Header(HEADER) }
    }

    /// Reads another header of the same form. It must be stripped at the edge as well.
    ///
    /// ```
    /// # use axum::http::HeaderName;
    /// # use events_core::EventManager;
    /// # use events_http::EventsLayer;
    /// let layer = EventsLayer::new(EventManager::disabled()).header(HeaderName::from_static("x-caller"));
    /// # let _ = layer;
    /// ```
    pub fn header(mut self, name: HeaderName) -> Self {
        self.source = Source::Header(name);
        self
    }

    /// Asks a function in place of a header: for an own authentication that stands before this layer and
    /// left its result in the request's extensions. The trace is still read from `traceparent`.
    ///
    /// ```
    /// # use events_core::{Caller, Context, EventManager};
    /// # use events_http::EventsLayer;
    /// let layer = EventsLayer::new(EventManager::disabled()).from_request(|request| {
    ///     let caller = request.extensions.get::<Caller>().cloned().unwrap_or_default();
    ///     Context::new(caller)
    /// });
    /// # let _ = layer;
    /// ```
    pub fn from_request(mut self, context: impl Fn(&Parts) -> Context + Send + Sync + 'static) -> Self {
        self.source = Source::Function(Arc::new(context));
        self
    }
}

impl fmt::Debug for EventsLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventsLayer").field("manager", &self.manager).finish_non_exhaustive()
    }
}

impl<S> Layer<S> for EventsLayer {
    type Service = EventsService<S>;

    fn layer(&self, inner: S) -> EventsService<S> {
        EventsService::new(inner, self.manager.clone(), self.source.clone())
    }
}

impl Source {
    /// The context of a request.
    pub(crate) fn context(&self, request: &Parts) -> Result<Context, Rejected<'_>> {
        let context = match self {
            Self::Header(name) => {
                Context::new(caller(&request.headers, name).map_err(|invalid| Rejected { header: name, invalid })?)
            }
            Self::Function(context) => context(request),
        };
        let trace = request.headers.get("traceparent").and_then(|trace| trace.to_str().ok());
        Ok(match trace {
            Some(trace) => context.with_trace(trace),
            None => context,
        })
    }
}

/// A header that names no caller.
#[derive(Debug)]
pub(crate) struct Rejected<'l> {
    header: &'l HeaderName,
    invalid: InvalidCaller,
}

impl fmt::Display for Rejected<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "header `{}` does not say who calls: {}", self.header, self.invalid)
    }
}

fn caller(headers: &HeaderMap, name: &HeaderName) -> Result<Caller, InvalidCaller> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(Caller::anonymous()) };
    if values.next().is_some() {
        return Err(InvalidCaller::Repeated);
    }
    caller_from_header(text(value)?)
}

fn text(value: &HeaderValue) -> Result<&str, InvalidCaller> {
    std::str::from_utf8(value.as_bytes()).map_err(|_not_utf8| InvalidCaller::NotText)
}
