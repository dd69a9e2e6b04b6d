//! Who acts and under which event: the context that operations are recorded in.

use std::sync::{Arc, OnceLock};

use crate::{
    current::try_with_current,
    id::EventId,
    identity::{Caller, Claim},
    operation::OperationHandle,
};

/// Who acts, in which trace, and below which event.
///
/// The HTTP layer puts one around every request; [`scope`](crate::scope) does it by hand, [`spawn`](crate::spawn)
/// and [`Context::current`] carry it into tasks, threads and jobs.
///
/// ```
/// use events_core::{Caller, Context};
///
/// let request = Context::new(Caller::user("user/jane")?).with_trace("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
/// let sweeper = Context::internal("retention");
/// # let _ = (request, sweeper);
/// # Ok::<(), events_core::InvalidClaim>(())
/// ```
#[derive(Clone, Debug)]
pub struct Context {
    place: Place,
    /// An operation runs here that is not recorded, inside the one of the place.
    unrecorded: bool,
}

#[derive(Clone, Debug)]
enum Place {
    /// In no operation of this process.
    Outside(Arc<Identity>),
    /// In an operation; as whoever it is recorded for, where this names nobody.
    Inside(Option<Arc<Identity>>, OperationHandle),
}

#[derive(Clone, Debug)]
struct Identity {
    caller: Caller,
    /// The fields `authn-info` and `traceparent` as they are written into every event of this context, each with
    /// the comma before it.
    authn_info: Box<[u8]>,
    traceparent: Box<[u8]>,
    /// What the caller named: the event below which operations of this context stand, and its root.
    under: Option<(EventId, EventId)>,
    /// Who wants to know the first operation.
    first: Option<FirstOperation>,
}

/// Learns which operation was recorded first in a context: the outermost one of a request.
///
/// ```
/// use events_core::{Context, FirstOperation};
///
/// let first = FirstOperation::default();
/// let request = Context::anonymous().telling(&first);
/// assert_eq!(first.id(), None); // nothing has begun in it yet
/// # let _ = request;
/// ```
#[derive(Clone, Debug, Default)]
pub struct FirstOperation(Arc<OnceLock<EventId>>);

impl FirstOperation {
    /// The id of its opening; none before one is stored.
    pub fn id(&self) -> Option<EventId> {
        self.0.get().copied()
    }
}

impl Context {
    /// A caller acts.
    pub fn new(caller: Caller) -> Self {
        // A caller is claims: strings without anything that could fail to serialise.
        let written = serde_json::to_vec(&caller).unwrap_or_else(|_| b"{}".to_vec());
        let authn_info = [b",\"authn-info\":", written.as_slice()].concat().into();
        Self {
            place: Place::Outside(Arc::new(Identity {
                caller,
                authn_info,
                traceparent: Box::default(),
                under: None,
                first: None,
            })),
            unrecorded: false,
        }
    }

    fn identity(&self) -> &Arc<Identity> {
        match &self.place {
            Place::Outside(identity) | Place::Inside(Some(identity), _) => identity,
            Place::Inside(None, operation) => operation.context.identity(),
        }
    }

    fn identity_mut(&mut self) -> &mut Identity {
        Arc::make_mut(match &mut self.place {
            Place::Outside(identity) => identity,
            Place::Inside(own, operation) => own.get_or_insert_with(|| operation.context.identity().clone()),
        })
    }

    /// Nobody in particular acts, on purpose.
    pub fn anonymous() -> Self {
        Self::new(Caller::anonymous())
    }

    /// The server itself acts, as `internal/<purpose>` with the rights of an administrator.
    pub fn internal(purpose: &str) -> Self {
        let mut caller = Caller::internal();
        let named: Option<Claim> = format!("internal/{purpose}").parse().ok();
        if named.is_some() {
            caller.user_id = named;
        }
        Self::new(caller)
    }

    /// The same with a W3C `traceparent`; one that is not well-formed is left out.
    pub fn with_trace(mut self, traceparent: &str) -> Self {
        if is_traceparent(traceparent) {
            // Hexadecimal digits and hyphens: nothing to escape.
            let written = format!(",\"traceparent\":\"{traceparent}\"").into_bytes();
            self.identity_mut().traceparent = written.into();
        }
        self
    }

    /// The same, and `first` learns the first operation that is recorded in it.
    pub fn telling(mut self, first: &FirstOperation) -> Self {
        self.identity_mut().first = Some(first.clone());
        self
    }

    /// The same below an event that was recorded elsewhere: in another process, before a restart.
    pub fn under(self, parent: EventId, root: EventId) -> Self {
        let mut identity = self.identity().clone();
        // So that the identity need not be copied where nothing else has it.
        drop(self);
        Arc::make_mut(&mut identity).under = Some((parent, root));
        Self { place: Place::Outside(identity), unrecorded: false }
    }

    /// The context here, with the operation that runs here as the parent of what follows.
    pub fn current() -> Option<Self> {
        try_with_current(|current| current.context.clone()).flatten()
    }

    /// Who acts.
    pub fn caller(&self) -> &Caller {
        &self.identity().caller
    }

    /// `,"authn-info":{…}`.
    pub(crate) fn authn_info(&self) -> &[u8] {
        &self.identity().authn_info
    }

    /// `,"traceparent":"…"`; empty where there is none.
    pub(crate) fn traceparent(&self) -> &[u8] {
        &self.identity().traceparent
    }

    /// The W3C `traceparent`, where there is one.
    pub(crate) fn trace(&self) -> Option<&str> {
        let written = self.identity().traceparent.strip_prefix(b",\"traceparent\":\"")?.strip_suffix(b"\"")?;
        std::str::from_utf8(written).ok()
    }

    pub(crate) fn operation(&self) -> Option<&OperationHandle> {
        match &self.place {
            Place::Outside(_) => None,
            Place::Inside(_, operation) => Some(operation),
        }
    }

    /// Parent and root of what is recorded here: the nearest recorded ancestor.
    pub(crate) fn lineage(&self) -> Option<(EventId, EventId)> {
        match &self.place {
            Place::Outside(identity) => identity.under,
            Place::Inside(_, operation) => operation.lineage(),
        }
    }

    /// One that says nothing else stands below the operation that runs here.
    pub(crate) fn placed(self, here: Option<&Self>) -> Self {
        match here {
            Some(Self { place: Place::Inside(_, operation), unrecorded }) if self.lineage().is_none() => {
                Self { place: Place::Inside(Some(self.identity().clone()), operation.clone()), unrecorded: *unrecorded }
            }
            _ => self,
        }
    }

    /// For an operation that has begun: it knows itself who acts, its parent and its root, and keeps none of the
    /// operations that it stands in. Where each of many starts the next, memory would have them all.
    pub(crate) fn apart(self) -> Self {
        let identity = match self.place {
            Place::Outside(identity) | Place::Inside(Some(identity), _) => identity,
            Place::Inside(None, operation) => operation.context.identity().clone(),
        };
        Self { place: Place::Outside(identity), unrecorded: false }
    }

    /// Whether an operation of this process waits for what happens here. What it left behind when it ended, and
    /// what stands below an event that was recorded elsewhere, is on its own.
    pub(crate) fn is_nested(&self) -> bool {
        self.operation().is_some_and(|operation| !operation.has_ended())
    }

    /// Where the handler of an operation runs.
    pub(crate) fn inside(operation: OperationHandle) -> Self {
        if let Some(first) = &operation.context.identity().first
            && operation.at_end.is_none()
        {
            // The outermost one begins before all others.
            let _ = first.0.set(operation.identifiers.id);
        }
        Self { place: Place::Inside(None, operation), unrecorded: false }
    }

    /// Inside an operation that is not recorded: what follows still stands below the recorded one.
    pub(crate) fn inside_unrecorded(&self) -> Self {
        Self { unrecorded: true, ..self.clone() }
    }

    /// The operation that runs here, where it is recorded.
    pub(crate) fn recorded(&self) -> Option<&OperationHandle> {
        self.operation().filter(|_| !self.unrecorded)
    }
}

/// `00-<32 hex>-<16 hex>-<2 hex>`, ids not all zero. Source: W3C Trace Context, section 3.2.
fn is_traceparent(text: &str) -> bool {
    let hex = |part: &str, len: usize| {
        part.len() == len && part.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    };
    let parts: Vec<&str> = text.split('-').collect();
    match parts[..] {
        [version, trace, parent, flags] => {
            hex(version, 2)
                && version != "ff"
                && hex(trace, 32)
                && hex(parent, 16)
                && hex(flags, 2)
                && trace.bytes().any(|byte| byte != b'0')
                && parent.bytes().any(|byte| byte != b'0')
        }
        _ => false,
    }
}
