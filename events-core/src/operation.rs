//! One operation: what it is while it is open, and what its handler may say about it.

use std::{borrow::Cow, fmt, sync::Arc, time::Instant};

use crate::{
    context::Context,
    current::{Current, try_with_current},
    href::{AnyHref, Designates},
    id::EventId,
    identity::{Caller, Claim},
    manager::Shared,
    opaque::Opaque,
    open_slot::OpenSlot,
    opening::{Identifiers, Kept},
    plan::Plan,
    policy::Outcomes,
    queue::Item,
    receipt::Receipt,
    record::{self, Record},
    said::Said,
};

mod handle;

pub(crate) use handle::{Memory, OperationHandle};

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
pub struct Operation(Option<OperationHandle>);

impl Operation {
    /// The innermost operation here.
    pub fn current() -> Self {
        let recorded = |current: &Current| current.context.as_ref().and_then(|context| context.recorded().cloned());
        Self(try_with_current(recorded).flatten())
    }

    /// The id of its opening event; none outside an operation.
    pub fn id(&self) -> Option<EventId> {
        self.0.as_ref().map(|operation| operation.identifiers.id)
    }

    /// The id of the outermost opening event that it follows from, its own where it is that; none outside an
    /// operation. With [`id`](Self::id) it is what a job needs to go on below it: see
    /// [`Context::under`](crate::Context::under).
    pub fn root(&self) -> Option<EventId> {
        self.0.as_ref().map(|operation| operation.identifiers.root)
    }

    /// Says something, unless the operation has ended. `say` answers whether a cap cut it.
    fn say(&self, say: impl FnOnce(&mut Said, Option<&Shared>) -> bool) {
        if let Some(operation) = &self.0 {
            operation.say(say);
        }
    }

    /// Another resource that it touched; at most 1,000, of 512 bytes, 64 KiB in all.
    pub fn link<V: Designates + ?Sized>(&self, resource: &V) {
        let href = resource.href();
        self.say(|said, shared| said.link(&href, shared));
    }

    /// A free word; at most 1,000, of 512 bytes, 64 KiB in all.
    pub fn tag(&self, tag: &str) {
        self.say(|said, shared| said.tag(tag, shared));
    }

    /// One more detail, or another value for one that the opening has; at most 1,000, 64 KiB in all.
    pub fn detail(&self, name: &str, value: &dyn Record) {
        if self.0.is_none() || value.is_absent() {
            return;
        }
        // Not under the lock: a value's own code may say something, too.
        let mut json = Vec::new();
        let cut = record::detail(&mut json, value);
        self.say(|said, shared| said.mark(cut) | said.detail(name, json, shared));
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

    /// What the resource is like now: `resource.content` of the closing event, for those who read the event and do not
    /// ask for the resource, such as notifications. It is stored and not indexed, and as large as a payload may be: of
    /// more, its head is recorded.
    ///
    /// ```
    /// use events_core::{Operation, plain};
    ///
    /// # fn publish(name: &str, path: &str) {
    /// let module = serde_json::json!({ "name": name, "path": path });
    /// Operation::current().content(&plain(&module));
    /// # }
    /// ```
    pub fn content(&self, value: &dyn Record) {
        let Some(operation) = self.0.as_ref().filter(|_| !value.is_absent()) else { return };
        // Not under the lock: a value's own code may say something, too.
        let mut json = Vec::new();
        let cut = record::whole_or_head(&mut json, value, operation.shared().limits.payload);
        operation.say(|said, shared| said.mark(cut) | said.content(json, shared));
    }

    /// The sentence of the closing event, in place of the declared one.
    pub fn message(&self, message: impl Into<String>) {
        let message = message.into();
        self.say(|said, shared| said.message(&message, shared));
    }

    /// Who acted, known only now: a login.
    pub fn identified(&self, caller: Caller) {
        self.say(|said, _| {
            said.identified = Some(caller);
            false
        });
    }

    /// Somebody else who may see the closing event.
    pub fn visible_to(&self, claim: Claim) {
        self.say(|said, shared| said.visible_to(claim, shared));
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

/// Of an operation of a type of which only some outcomes are recorded: which, and its opening, which waits for the end.
pub(crate) struct AtEnd {
    pub(crate) outcomes: Outcomes,
    pub(crate) opening: Item,
}

/// An open operation: everything its closing needs.
///
/// What the journal's thread writes, too, comes first, beside the counts of whoever holds it: the fewer lines of memory
/// go from processor to processor the better.
#[repr(C)]
pub(crate) struct OperationState {
    opening: Receipt,
    closing: Receipt,
    slot: OpenSlot,
    pub(crate) plan: Arc<Plan>,
    /// Who acts.
    pub(crate) context: Context,
    /// Whether another operation waited for it when it was handed over.
    pub(crate) nested: bool,
    pub(crate) acl_fallback: bool,
    pub(crate) identifiers: Identifiers,
    pub(crate) started: Instant,
    pub(crate) kept: Kept,
    pub(crate) at_end: Option<Box<AtEnd>>,
}

impl fmt::Debug for OperationState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Operation").field(&self.identifiers.id).field(&self.plan.spec.event_type).finish()
    }
}

impl OperationState {
    #[expect(clippy::too_many_arguments, reason = "called once, with everything that an operation is")]
    pub(crate) fn new(
        slot: OpenSlot,
        opening: Receipt,
        plan: Arc<Plan>,
        context: Context,
        identifiers: Identifiers,
        started: Instant,
        kept: Kept,
        acl_fallback: bool,
        at_end: Option<Box<AtEnd>>,
    ) -> Self {
        Self {
            slot,
            plan,
            nested: context.is_nested(),
            context: context.apart(),
            identifiers,
            started,
            kept,
            acl_fallback,
            at_end,
            opening,
            closing: Receipt::of_closing(),
        }
    }

    /// Its manager.
    pub(crate) fn shared(&self) -> &Opaque<Shared> {
        self.slot.shared()
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

    /// Whether the next start finds it open, and closes it: its opening is stored, and nobody else may close it later.
    pub(crate) fn is_abandoned_without_closing(&self) -> bool {
        self.at_end.is_none() && self.plan.spec.deferred.is_none()
    }

    /// Notes another resource that it touched.
    pub(crate) fn link(&self, href: &AnyHref) {
        self.say(|said, shared| said.link(href.as_str(), shared));
    }

    /// It no longer counts as open. Once is enough.
    pub(crate) fn release(&self) {
        self.slot.give_back();
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.slot.is_given_back()
    }

    /// See [`Operation::say`].
    fn say(&self, say: impl FnOnce(&mut Said, Option<&Shared>) -> bool) {
        if self.closing.say(|said| say(said, Some(self.shared()))) == Some(true) {
            self.shared().counters.truncated.add(1);
        }
    }

    /// Writes a part of the payload; when there is no room for it before the store takes it, its head.
    pub(crate) fn payload(&self, name: &str, value: &dyn Record) {
        // Not under the lock: a value's own code may say something, too.
        let mut json = Vec::new();
        let limit = self.shared().limits.payload;
        let cut = record::whole_or_head(&mut json, value, limit);
        self.say(|said, shared| said.mark(cut) | said.payload(name, json, limit, shared));
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
