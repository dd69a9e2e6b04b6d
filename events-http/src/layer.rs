//! The layer, and where it finds out who calls.

use std::{fmt, sync::Arc};

use axum::http::{HeaderMap, HeaderName, HeaderValue, request::Parts};
use events_core::{Caller, Context, EventManager};
use tower_layer::Layer;

use crate::{
    caller::{InvalidCaller, caller_from_header},
    parent::{self, InvalidParent},
    service::EventsService,
};

/// The header that says who calls, where a layer is told to [believe it](EventsLayer::header).
pub const HEADER: HeaderName = HeaderName::from_static("nuvla-authn-info");

/// The header of a response that names the operation that the request recorded: the id of the opening of the outermost.
pub const OPERATION: HeaderName = HeaderName::from_static("events-operation");

/// The header of a request that names the event below which its operations stand: `<parent>`, or `<parent> <root>` where
/// that is not its own root. It is read from callers that are trusted with it.
pub const PARENT: HeaderName = HeaderName::from_static("events-parent");

/// Runs every request inside an event manager and the context of its caller.
///
/// Who calls is found where the layer is told to look: in a [`header`](Self::header), `<user> <active-claim> <claims…>`,
/// or by [a function](Self::from_request). Until then, and without that header, callers are anonymous. A header that cannot
/// be read is answered with 400, and nothing runs. The trace comes from
/// `traceparent`; one that is not well-formed is left out. Administrators may say with [`PARENT`] below which event the
/// request stands, as jobs do that act for somebody. The response has [`OPERATION`] where something was recorded.
///
/// **A header is believed.** Whoever can send it can be anybody, so the proxy at the edge must strip it
/// from every request and set it itself. Where there is no such proxy, authenticate in a layer of your own
/// and say who calls with [`from_request`](EventsLayer::from_request).
#[derive(Clone)]
pub struct EventsLayer {
    manager: EventManager,
    source: Source,
    trusted: Trusted,
}

/// Whose word counts on where a request stands.
pub(crate) type Trusted = Arc<dyn Fn(&Caller) -> bool + Send + Sync>;

/// Where the context of a request comes from.
#[derive(Clone)]
pub(crate) enum Source {
    Nowhere,
    Header(HeaderName),
    Function(Arc<dyn Fn(&Parts) -> Context + Send + Sync>),
}

impl EventsLayer {
    /// Takes every caller for anonymous.
    pub fn new(manager: EventManager) -> Self {
        Self { manager, source: Source::Nowhere, trusted: Arc::new(Caller::is_admin) }
    }

    /// Believes a header: [`HEADER`], or another of the same form. It must be stripped at the edge.
    ///
    /// ```
    /// # use events_core::EventManager;
    /// use events_http::{EventsLayer, HEADER};
    ///
    /// let layer = EventsLayer::new(EventManager::disabled()).header(HEADER);
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

impl EventsLayer {
    /// Whose header [`PARENT`] is read, in place of administrators. From anybody else it is left out: events could be hung
    /// below somebody else's.
    ///
    /// ```
    /// # use events_core::EventManager;
    /// # use events_http::EventsLayer;
    /// let layer = EventsLayer::new(EventManager::disabled())
    ///     .parents_from(|caller| caller.user_id.as_ref().is_some_and(|user| user.as_str() == "user/job-runner"));
    /// # let _ = layer;
    /// ```
    pub fn parents_from(mut self, trusted: impl Fn(&Caller) -> bool + Send + Sync + 'static) -> Self {
        self.trusted = Arc::new(trusted);
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
        EventsService::new(inner, self.manager.clone(), self.source.clone(), self.trusted.clone())
    }
}

impl Source {
    /// The context of a request.
    pub(crate) fn context(&self, request: &Parts, trusted: &Trusted) -> Result<Context, Rejected<'_>> {
        let context = match self {
            Self::Nowhere => Context::anonymous(),
            Self::Header(name) => Context::new(
                caller(&request.headers, name).map_err(|invalid| Rejected::Caller { header: name, invalid })?,
            ),
            Self::Function(context) => context(request),
        };
        let context = match request.headers.get(PARENT) {
            Some(header) if trusted(context.caller()) => {
                let (parent, root) = parent::read(header).map_err(Rejected::Parent)?;
                context.under(parent, root)
            }
            _ => context,
        };
        let trace = request.headers.get("traceparent").and_then(|trace| trace.to_str().ok());
        Ok(match trace {
            Some(trace) => context.with_trace(trace),
            None => context,
        })
    }
}

/// A header that cannot be read.
#[derive(Debug)]
pub(crate) enum Rejected<'l> {
    /// It names no caller.
    Caller { header: &'l HeaderName, invalid: InvalidCaller },
    /// It names no event.
    Parent(InvalidParent),
}

impl fmt::Display for Rejected<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Caller { header, invalid } => write!(f, "header `{header}` does not say who calls: {invalid}"),
            Self::Parent(invalid) => write!(f, "header `{PARENT}` names no event: {invalid}"),
        }
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
