//! Whether and how a call is recorded: recording, manager, plan, context, a place among the open operations.

use std::{borrow::Cow, sync::atomic::Ordering, time::Instant};

use crate::{
    context::{Context, Current, Recording},
    declaration::EventDeclaration,
    guard::Stage,
    id::EventId,
    manager::{EventManager, Shared},
    open_slot::OpenSlot,
    opening::{Identifiers, Opening},
    plan::Plan,
    refused::{Refused, RefusedKind},
    timestamp::Timestamp,
};

#[derive(Debug)]
pub(crate) struct Preparing {
    pub(crate) slot: OpenSlot,
    pub(crate) opening: Opening,
    pub(crate) started: Instant,
}

/// Decides whether and how a call is recorded: nothing is, unless `stage`, which says so
/// before, says otherwise afterwards. It is large, and so it is not moved out.
#[inline]
pub(crate) fn prepare(
    declaration: &'static EventDeclaration,
    current: &Current,
    given: Option<Context>,
    stage: &mut Stage,
) {
    let spec = &declaration.spec;
    let mut refuse = |kind, reason: Cow<'static, str>| {
        let refused = Refused::new(spec.event_type, kind, reason);
        tracing::error!(%refused, "an operation was refused");
        *stage = Stage::Refused(refused);
    };
    match &current.recording {
        Recording::On => {}
        Recording::Off => return,
        Recording::AllBut(skip) if skip.takes(spec.operation) => return,
        Recording::AllBut(_) => {}
    }
    let installed;
    let manager = match &current.manager {
        Some(manager) => Some(manager),
        None => {
            installed = EventManager::current();
            installed.as_ref()
        }
    };
    let Some(manager) = manager else {
        let how = "no event manager is installed: call `EventManager::builder(…).install()` at start-up, or \
                   `EventManager::disabled().install()` to record nothing";
        return refuse(RefusedKind::Unregistered, how.into());
    };
    let Some(handle) = manager.shared() else { return };
    let shared: &Shared = handle;
    let mut refuse = |kind, reason| {
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
        return;
    }
    let context = placed(given, current.context.as_ref());
    let Some(context) = context else {
        let how = "no context says who acts: run it inside `events::scope(context, …)` or behind `EventsLayer`, carry the \
                   context into tasks with `events::spawn`, or say `Context::anonymous()`";
        return refuse(RefusedKind::NoContext, how.into());
    };
    let lineage = context.lineage();
    let nested = context.is_nested();
    if shared.shutting_down.load(Ordering::Acquire) && !nested {
        return refuse(RefusedKind::ShuttingDown, "the event manager is shutting down: try again elsewhere".into());
    }
    let Some(slot) = OpenSlot::take(handle, nested) else {
        let how = format!("{} operations are open already: try again", shared.limits.open_operations);
        return refuse(RefusedKind::TooManyOpen, how.into());
    };
    let (started, now) = shared.clock.read();
    let identifiers = identifiers(shared, plan, lineage, now);
    let opening = Opening::new(plan.clone(), context, identifiers, shared.limits.payload);
    *stage = Stage::Preparing(Preparing { slot, opening, started });
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
