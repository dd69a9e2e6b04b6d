//! One operation: what it is while it is open, and what its handler may say about it.

use std::{
    borrow::Cow,
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use crate::{
    context::{Context, with_current},
    href::{AnyHref, Designates, MAX_HREF},
    id::EventId,
    identity::{Caller, Claim},
    json,
    keys::MAX_TAG,
    manager::Shared,
    opening::{Identifiers, Kept, MAX_LIST},
    plan::Plan,
    policy::Outcomes,
    queue::Item,
    receipt::Receipt,
    record::{self, HEAD, Record},
    said::{Said, Saying, put},
};

/// The operation that runs here.
///
/// What a handler says about it goes to the closing event. Outside an operation, and in one that is not
/// recorded, [`id`](Operation::id) is none and the rest does nothing; after the operation ended, too.
///
/// ```
/// use events_core::Operation;
///
/// # async fn submit() -> String { "job/17".into() }
/// # async fn demo() {
/// let job = submit().await;
/// Operation::current().link(&job);
/// Operation::current().detail("attempt", &2u32);
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Operation(Option<Arc<OperationState>>);

impl Operation {
    /// The innermost operation here.
    pub fn current() -> Self {
        Self(with_current(|current| current.context.as_ref().and_then(|context| context.recorded().cloned())))
    }

    /// The id of its opening event; none outside an operation.
    pub fn id(&self) -> Option<EventId> {
        self.0.as_ref().map(|operation| operation.identifiers.id)
    }

    fn say(&self, say: impl FnOnce(&OperationState, &mut Said)) {
        if let Some(operation) = &self.0 {
            let mut saying = operation.saying();
            if let Some(said) = saying.more() {
                say(operation, said);
            }
        }
    }

    /// Another resource that it touched; at most 1,000, of 512 bytes.
    pub fn link<V: Designates + ?Sized>(&self, resource: &V) {
        let href = resource.href();
        self.say(|operation, said| operation.list(said, |said| &mut said.linked, &href, MAX_HREF));
    }

    /// A free word; at most 1,000, of 512 bytes.
    pub fn tag(&self, tag: &str) {
        self.say(|operation, said| operation.list(said, |said| &mut said.tags, tag, MAX_TAG));
    }

    /// One more detail, or another value for one that the opening has.
    pub fn detail(&self, name: &str, value: &dyn Record) {
        if self.0.is_none() || value.is_absent() {
            return;
        }
        // Not under the lock: a value's own code may say something, too.
        let mut json = Vec::new();
        let cut = record::detail(&mut json, value);
        self.say(|operation, said| {
            operation.mark(said, cut);
            let cut = put(&mut said.details, name, json);
            operation.mark(said, cut);
        });
    }

    /// One more part of the payload.
    pub fn payload(&self, name: &str, value: &dyn Record) {
        if let Some(operation) = &self.0 {
            operation.payload(name, value);
        }
    }

    /// What it changed: recorded where the declaration says `payload(changed)`.
    pub fn changed(&self, before: &dyn Record, after: &dyn Record) {
        if let Some(operation) = self.0.as_ref().filter(|operation| operation.plan.spec.payload.changed) {
            operation.payload("changed", &Change { before, after });
        }
    }

    /// The sentence of the closing event, in place of the declared one.
    pub fn message(&self, message: impl Into<String>) {
        let message = message.into();
        let kept = json::prefix(&message, record::MAX_DETAIL_STRING);
        self.say(|operation, said| {
            said.message = Some(kept.to_owned());
            operation.mark(said, kept.len() < message.len());
        });
    }

    /// Who acted, known only now: a login.
    pub fn identified(&self, caller: Caller) {
        self.say(|_, said| said.identified = Some(caller));
    }

    /// Somebody else who may see the closing event.
    pub fn visible_to(&self, claim: Claim) {
        self.say(|_, said| {
            if said.visible_to.len() < MAX_LIST && !said.visible_to.contains(&claim) {
                said.visible_to.push(claim);
            }
        });
    }
}

struct Change<'v> {
    before: &'v dyn Record,
    after: &'v dyn Record,
}

impl Record for Change<'_> {
    fn record(&self, recorder: &mut record::Recorder<'_>) {
        recorder.object(|object| {
            object.field("before", self.before);
            object.field("after", self.after);
        });
    }
}

/// An open operation: everything its closing needs.
pub(crate) struct OperationState {
    pub(crate) shared: Arc<Shared>,
    pub(crate) plan: Arc<Plan>,
    pub(crate) context: Context,
    pub(crate) identifiers: Identifiers,
    pub(crate) started: Instant,
    pub(crate) kept: Kept,
    pub(crate) acl_fallback: bool,
    /// Of a type of which only some outcomes are recorded: which, and the opening that waits for the end.
    pub(crate) at_end: Option<(Outcomes, Item)>,
    opening: Receipt,
    closing: Receipt,
    saying: Mutex<Saying>,
    released: AtomicBool,
}

impl fmt::Debug for OperationState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Operation").field(&self.identifiers.id).field(&self.plan.spec.event_type).finish()
    }
}

impl OperationState {
    #[expect(clippy::too_many_arguments, reason = "called once, with everything that an operation is")]
    pub(crate) fn new(
        shared: Arc<Shared>,
        plan: Arc<Plan>,
        context: Context,
        identifiers: Identifiers,
        started: Instant,
        kept: Kept,
        acl_fallback: bool,
        at_end: Option<(Outcomes, Item)>,
    ) -> Self {
        Self {
            shared,
            plan,
            context,
            identifiers,
            started,
            kept,
            acl_fallback,
            at_end,
            opening: Receipt::default(),
            closing: Receipt::default(),
            saying: Mutex::default(),
            released: AtomicBool::new(false),
        }
    }

    pub(crate) fn opening_receipt(&self) -> &Receipt {
        &self.opening
    }

    pub(crate) fn closing_receipt(&self) -> &Receipt {
        &self.closing
    }

    /// Parent and root of what is recorded inside: this operation, or what it stands in when it is
    /// itself recorded only at its end, if at all.
    pub(crate) fn lineage(&self) -> Option<(EventId, EventId)> {
        let Identifiers { id, parent, root, .. } = self.identifiers;
        match &self.at_end {
            None => Some((id, root)),
            Some(_) => parent.map(|parent| (parent, root)),
        }
    }

    /// Notes another resource that it touched.
    pub(crate) fn link(self: &Arc<Self>, href: &AnyHref) {
        Operation(Some(self.clone())).link(href);
    }

    /// It no longer counts as open. Once is enough.
    pub(crate) fn release(&self) {
        if !self.released.swap(true, Ordering::AcqRel) {
            self.shared.open_operations.fetch_sub(1, Ordering::AcqRel);
        }
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.released.load(Ordering::Acquire)
    }

    pub(crate) fn saying(&self) -> MutexGuard<'_, Saying> {
        self.saying.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn list(&self, said: &mut Said, list: impl Fn(&mut Said) -> &mut Vec<String>, item: &str, cap: usize) {
        let kept = json::prefix(item, cap);
        let mut cut = kept.len() < item.len();
        let items = list(said);
        if !items.iter().any(|have| have == kept) {
            match items.len() {
                0..MAX_LIST => items.push(kept.to_owned()),
                _ => cut = true,
            }
        }
        self.mark(said, cut);
    }

    /// Notes that a cap cut something.
    fn mark(&self, said: &mut Said, cut: bool) {
        if cut {
            self.shared.counters.truncated.add(1);
            said.truncated = true;
        }
    }

    /// Writes a part of the payload; when there is no room for it before the store takes it, its head.
    pub(crate) fn payload(&self, name: &str, value: &dyn Record) {
        // Not under the lock: a value's own code may say something, too.
        let mut json = Vec::new();
        let mut cut = record::whole_or_head(&mut json, value, self.shared.limits.payload);
        let mut saying = self.saying();
        let Some(said) = saying.more() else { return };
        said.give_back_room(name);
        if !cut && json.len() > HEAD {
            let size = u32::try_from(json.len()).unwrap_or(u32::MAX);
            match self.shared.payload_room.clone().try_acquire_many_owned(size) {
                Ok(room) => match &mut said.room {
                    Some(have) => have.merge(room),
                    none => *none = Some(room),
                },
                Err(_full) => {
                    json = record::head(&json, json.len() as u64);
                    cut = true;
                }
            }
        }
        self.mark(said, cut);
        let cut = put(&mut said.payload, name, json);
        self.mark(said, cut);
    }

    /// The href it is about, as its opening says it.
    pub(crate) fn href(&self) -> Option<Cow<'_, str>> {
        let resource = &self.kept.bytes[self.kept.parts.resource.range()];
        let rest = resource.strip_prefix(b"{\"href\":\"")?;
        let end = rest.iter().position(|byte| *byte == b'"')?;
        // An href that passed the check has no character that JSON escapes.
        std::str::from_utf8(&rest[..end]).ok().map(Cow::Borrowed)
    }
}

impl Drop for OperationState {
    fn drop(&mut self) {
        self.release();
    }
}
