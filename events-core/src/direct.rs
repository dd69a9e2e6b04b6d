//! Direct events: typed, belonging to no operation.

use std::{
    borrow::Cow,
    future::poll_fn,
    sync::{Arc, atomic::Ordering},
};

use crate::{
    acl::{self, Acl, Lookup},
    current::{Recording, with_current},
    declaration::EventDeclaration,
    directory::LookingUp,
    href::{AnyHref, Designates},
    id::EventId,
    journal::{Entry, EntryKind},
    manager::{EventManager, Shared},
    opening::{Finished, Kept, Opening},
    payload_room::Reserved,
    prepare::identifiers,
    queue::{Item, Ticket},
    receipt::{Answer, Learned, Receipt},
    record::Details,
    refused::{Refused, RefusedKind},
    spare,
};

/// The details of a direct event, as a type: `#[derive(EventDetails)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a direct event [EVT058]",
    label = "not a direct event",
    note = "derive it: `#[derive(EventDetails)] #[event(\"nuvlabox.state-changed\", category = \"state\")] struct …`"
)]
pub trait EventDetails {
    /// What was declared.
    const DECLARATION: &'static EventDeclaration;

    /// Writes the details.
    fn record(&self, details: &mut Details<'_>);

    /// Names the other resources that it touches.
    fn linked(&self, links: &mut Links<'_>) {
        let _ = links;
    }
}

/// Takes the other resources that a direct event touches.
#[derive(Debug)]
pub struct Links<'o>(&'o mut Opening);

impl Links<'_> {
    /// One more. What goes beyond 64 KiB of all of them is left out, and the event is tagged `truncated`.
    pub fn link<V: Designates + ?Sized>(&mut self, resource: &V) {
        self.0.linked(&resource.href());
    }
}

/// A direct event that may be about an `R`. One that names no resource type may be about any.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a direct event about a `{R}` [EVT058]",
    label = "not a direct event, or one about another resource type",
    note = "derive `EventDetails` for it, or give it the href of the type that its `#[event(…, resource = …)]` names"
)]
pub trait EventFor<R: ?Sized>: EventDetails {}

/// Says what it records.
pub(crate) fn say<D: EventDetails>(details: &D, opening: &mut Opening) {
    details.linked(&mut Links(opening));
    opening.recorded(|recorded| details.record(recorded));
}

/// An event that is written, before anything is stored.
pub(crate) struct Prepared {
    manager: EventManager,
    opening: Opening,
}

/// Writes the event; none where nothing is recorded.
pub(crate) fn prepare(
    declaration: &'static EventDeclaration,
    resource: Option<Cow<'_, str>>,
    say: &dyn Fn(&mut Opening),
) -> Result<Option<Prepared>, Refused> {
    let spec = &declaration.spec;
    if with_current(|current| matches!(current.recording, Recording::Off)) {
        return Ok(None);
    }
    let Some(manager) = EventManager::current() else {
        let how = "no event manager is installed: call `EventManager::builder(…).install()`";
        return Err(Refused::new(spec.event_type, RefusedKind::Unregistered, how));
    };
    let Some(shared) = manager.shared() else { return Ok(None) };
    let refused = |kind, reason: Cow<'static, str>| {
        shared.counters.refused.add(1);
        Err(Refused::new(spec.event_type, kind, reason))
    };
    let Some(plan) = shared.plan(declaration).cloned() else {
        let reason = format!("its declaration at {} did not reach the event manager", spec.location);
        return refused(RefusedKind::Unregistered, reason.into());
    };
    if !plan.enabled() {
        return Ok(None);
    }
    let Some(context) = with_current(|current| current.context.clone()) else {
        let how = "no context says who acts: run it inside `events::scope(context, …)`, or say `Context::anonymous()`";
        return refused(RefusedKind::NoContext, how.into());
    };
    if shared.shutting_down.load(Ordering::Acquire) && !context.is_nested() {
        let how = "the event manager is shutting down: try again elsewhere";
        return refused(RefusedKind::ShuttingDown, how.into());
    }
    let identifiers = identifiers(shared, &plan, context.lineage(), shared.clock.now());
    let mut opening = Opening::new(plan, context, identifiers, shared.limits.payload);
    if let Some(resource) = resource {
        opening.resource(resource);
    }
    say(&mut opening);
    opening.make_room(shared);
    match opening.problem() {
        Some(problem) => refused(RefusedKind::BadDocument, problem.clone()),
        None => Ok(Some(Prepared { manager, opening })),
    }
}

/// Stores it.
pub(crate) async fn record(
    declaration: &'static EventDeclaration,
    Prepared { manager, opening }: Prepared,
) -> Result<Option<EventId>, Refused> {
    let Some(shared) = manager.shared() else { return Ok(None) };
    let href = opening.href().and_then(|href| href.parse::<AnyHref>().ok());
    let inside = opening.context.operation().cloned();
    // An event about the operation's own resource is visible to whom the operation is, also when it deletes it: of one
    // caller, by one rule.
    let same = inside.as_ref().filter(|operation| {
        operation.href().as_deref() == href.as_ref().map(AnyHref::as_str)
            && operation.plan.spec.allow_anon == opening.plan.spec.allow_anon
            && operation.context.caller() == opening.context.caller()
    });
    let inherited = same.and_then(|operation| {
        let acl: Acl = serde_json::from_slice(&operation.kept.bytes[operation.kept.parts.acl.range()]).ok()?;
        Some((acl, operation.acl_fallback))
    });
    let (acl, fallback) = match inherited {
        Some(inherited) => inherited,
        None => {
            let lookup = match href.and_then(|href| LookingUp::start(shared, href)) {
                Some(mut looking_up) => poll_fn(|task| looking_up.poll(shared, task)).await,
                None => Lookup::Missing,
            };
            let fallback = matches!(lookup, Lookup::Failed);
            if fallback {
                shared.counters.acl_fallbacks.add(1);
            }
            let allow_anon = opening.plan.spec.allow_anon;
            (acl::of_event(&lookup, opening.context.caller(), allow_anon).into(), fallback)
        }
    };
    let id = opening.identifiers.id;
    let Finished { document, kept: Kept { bytes, room: own_room, .. }, .. } =
        opening.finish(|out, _, _| acl.write(out), fallback);
    // Nothing copies from it.
    spare::keep_bytes(bytes);
    let entry = Entry { id, document, kind: EntryKind::Direct };
    let receipt = Arc::new(Receipt::default());
    let kept = inside.is_some_and(|operation| !operation.has_ended());
    let ticket = if kept { Ticket::Kept(receipt.clone()) } else { Ticket::Single(receipt.clone()) };
    // What waits for the store is bounded: inside an operation it is never refused for good, so it waits here.
    let room = if kept { Some(room(shared, declaration, entry.document.len()).await?) } else { own_room };
    let taken = shared.hand_over(Item { room: room.map(Arc::new), ..Item::new(entry, ticket) });
    if kept && !taken {
        // The manager stopped while the operation went on.
        shared.counters.refused.add(1);
        let how = "the event manager has stopped: nobody stores it any more";
        return Err(Refused::new(declaration.spec.event_type, RefusedKind::ShuttingDown, how));
    }
    if kept {
        return Ok(Some(id));
    }
    match stored(shared, &receipt).await {
        Ok(()) => Ok(Some(id)),
        Err(reason) => {
            shared.counters.refused.add(1);
            Err(Refused::new(declaration.spec.event_type, RefusedKind::Storage, reason))
        }
    }
}

/// Waits until an event on its own is stored; else says why it counts as not stored.
pub(crate) async fn stored(shared: &Shared, receipt: &Receipt) -> Result<(), String> {
    Err(match poll_fn(|task| receipt.poll(task)).await {
        Learned::Answered(Answer::Stored) => return Ok(()),
        Learned::Answered(Answer::NotStored(reason)) => format!("it cannot be stored: {reason}"),
        Learned::Answered(Answer::Unknown(reason)) => format!("whether it is stored is unknown: {reason}"),
        Learned::Answered(Answer::Lost(_) | Answer::NoOpening) => "another event is stored under its id".to_owned(),
        Learned::Withdrawn => format!("it was not {}: try again", shared.acknowledged_in_time()),
        Learned::Overdue => format!("it was not {}: whether it is stored is unknown", shared.acknowledged_in_time()),
    })
}

/// Waits for room in memory for an event that is kept until it is stored.
async fn room(shared: &Shared, declaration: &'static EventDeclaration, bytes: usize) -> Result<Reserved, Refused> {
    shared.room_to_wait(bytes).await.ok_or_else(|| {
        shared.counters.refused.add(1);
        let how = "other events that wait for the event store leave no room for it: try again";
        Refused::new(declaration.spec.event_type, RefusedKind::Storage, how)
    })
}
