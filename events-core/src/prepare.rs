//! Whether and how a call is recorded: recording, manager, plan, context, a place among the open operations.

use std::{
    borrow::Cow,
    sync::{Arc, atomic::Ordering},
    time::Instant,
};

use crate::{
    context::Context,
    current::{Current, Recording},
    declaration::EventDeclaration,
    id::EventId,
    manager::{EventManager, Shared},
    open_slot::OpenSlot,
    opening::{Identifiers, Opening},
    plan::Plan,
    refused::{Refused, RefusedKind},
    timestamp::Timestamp,
};

/// Whether a call is recorded.
pub(crate) enum Verdict {
    Unrecorded,
    /// It must not run.
    Refused(Refused),
    Recorded(Recorded),
}

/// A call that is recorded: it has its place among the open operations, and nothing is written yet.
pub(crate) struct Recorded {
    slot: OpenSlot,
    plan: Arc<Plan>,
    context: Context,
}

/// The opening is being written.
#[derive(Debug)]
pub(crate) struct Preparing {
    pub(crate) slot: OpenSlot,
    pub(crate) opening: Opening,
    pub(crate) started: Instant,
}

impl Preparing {
    // Inlined: it is written where it stays.
    #[inline(always)]
    pub(crate) fn new(Recorded { slot, plan, context }: Recorded) -> Self {
        let shared: &Shared = slot.shared();
        let (started, now) = shared.clock.read();
        let identifiers = identifiers(shared, &plan, context.lineage(), now);
        let opening = Opening::new(plan, context, identifiers, shared.limits.payload);
        Self { slot, opening, started }
    }
}

/// Whether a call is recorded, in the context that is given or in the current one. Logs nothing: what is current
/// is being read, and who logs may record.
#[inline]
pub(crate) fn verdict(declaration: &'static EventDeclaration, current: &Current, given: Option<&Context>) -> Verdict {
    let spec = &declaration.spec;
    let refuse = |kind, reason: Cow<'static, str>| Verdict::Refused(Refused::new(spec.event_type, kind, reason));
    match &current.recording {
        Recording::On => {}
        Recording::Off => return Verdict::Unrecorded,
        Recording::AllBut(skip) if skip.takes(spec.operation) => return Verdict::Unrecorded,
        Recording::AllBut(_) => {}
    }
    let installed;
    let manager = match &current.manager {
        Some(manager) => Some(manager),
        None => {
            installed = EventManager::installed();
            installed.as_ref()
        }
    };
    let Some(manager) = manager else {
        let how = "no event manager is installed: call `EventManager::builder(…).install()` at start-up, or \
                   `EventManager::disabled().install()` to record nothing";
        return refuse(RefusedKind::Unregistered, how.into());
    };
    let Some(handle) = manager.shared() else { return Verdict::Unrecorded };
    let shared: &Shared = handle;
    let refuse = |kind, reason| {
        shared.counters.refused.add(1);
        refuse(kind, reason)
    };
    let Some(plan) = shared.plan(declaration) else {
        let krate = spec.location.krate;
        let how = format!(
            "its declaration at {} did not reach the event manager: name crate `{krate}` where the manager is built \
             (`use {} as _;`), or declare it explicitly with `Builder::declare`",
            spec.location,
            krate.replace('-', "_")
        );
        return refuse(RefusedKind::Unregistered, how.into());
    };
    if !plan.enabled() {
        return Verdict::Unrecorded;
    }
    let Some(context) = placed(given.cloned(), current.context.as_ref()) else {
        let how = "no context says who acts: run it inside `events::scope(context, …)` or behind `EventsLayer`, carry the \
                   context into tasks with `events::spawn`, or say `Context::anonymous()`";
        return refuse(RefusedKind::NoContext, how.into());
    };
    let nested = context.is_nested();
    if shared.shutting_down.load(Ordering::Acquire) && !nested {
        return refuse(RefusedKind::ShuttingDown, "the event manager is shutting down: try again elsewhere".into());
    }
    let Some(slot) = OpenSlot::take(handle, nested) else {
        let how = format!("{} operations are open already: try again", shared.limits.open_operations);
        return refuse(RefusedKind::TooManyOpen, how.into());
    };
    Verdict::Recorded(Recorded { slot, plan: plan.clone(), context })
}

/// The context that is given, in its place, or else the one that is here.
pub(crate) fn placed(given: Option<Context>, here: Option<&Context>) -> Option<Context> {
    given.map(|given| given.placed(here)).or_else(|| here.cloned())
}

pub(crate) fn identifiers(
    shared: &Shared,
    plan: &Plan,
    lineage: Option<(EventId, EventId)>,
    now: Timestamp,
) -> Identifiers {
    let id = shared.ids.next(now);
    let (parent, root) = lineage.map_or((None, id), |(parent, root)| (Some(parent), root));
    let deadline = plan.spec.deferred.map(|deferred| now.plus(deferred.within.unwrap_or(shared.limits.deferred)));
    Identifiers { id, parent, root, process: shared.process, deadline, timestamp: now }
}
