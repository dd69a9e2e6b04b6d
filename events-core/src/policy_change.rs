//! A change of policy while the manager runs, and the event that says so.

use std::{
    future::poll_fn,
    sync::{Arc, PoisonError, atomic::Ordering},
};

use crate::{
    acl::{self, Lookup},
    category::{CategoryRef, Severity},
    current::with_current,
    declaration::{
        DetailField, EventDeclaration, EventSpec, MessagePart, Registration, ResourceDeclaration, ResourceSpec,
    },
    journal::{Entry, EntryKind},
    manager::{EventManager, Shared},
    opening::Opening,
    policy::{Policy, PolicyError},
    prepare::identifiers,
    queue::{Item, Ticket},
    receipt::{Answer, Learned, Receipt},
    refused::{Refused, RefusedKind},
};

/// What decides what is recorded: the one resource type of our own.
static EVENT_POLICY: ResourceDeclaration = ResourceDeclaration::new(ResourceSpec {
    resource_type: "event-policy",
    struct_name: "Policy",
    operations: Some(&["changed"]),
    category: None,
    severity: None,
    enabled: true,
    location: crate::__location!(),
});

const fn rules(name: &'static str) -> DetailField {
    DetailField { name, type_name: Some("Vec<String>"), required: true }
}

static CHANGED: EventDeclaration = EventDeclaration::new(EventSpec {
    category: Some(CategoryRef::BuiltIn("system")),
    severity: Some(Severity::High),
    details: &[rules("old-rules"), rules("new-rules")],
    message: Some(&[MessagePart::Caller, MessagePart::Text(" changed what is recorded")]),
    // Nobody may switch off unseen that somebody switches something off.
    mandatory: true,
    ..EventSpec::direct(
        "event-policy.changed",
        "event-policy",
        "changed",
        "Policy",
        module_path!(),
        env!("CARGO_PKG_NAME"),
    )
});

/// What every registry of a manager holds.
pub(crate) const DECLARED: [Registration; 2] = [Registration::Resource(&EVENT_POLICY), Registration::Event(&CHANGED)];

inventory::submit! { Registration::Resource(&EVENT_POLICY) }
inventory::submit! { Registration::Event(&CHANGED) }

/// Why a policy was not changed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyChangeError {
    /// A rule that cannot hold.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// The change cannot be recorded: nothing says who makes it, or the manager shuts down.
    #[error(transparent)]
    Refused(#[from] Refused),
}

impl EventManager {
    /// Another policy from here on. What has begun ends under the policy it began under.
    ///
    /// The change is recorded as `event-policy.changed`: who made it, the rules before and the rules after. It holds
    /// from the moment its event is queued; that is stored when this returns, or as soon as the store allows.
    ///
    /// # Errors
    /// See [`PolicyChangeError`]; nothing is changed. Cancel-safe: once it was polled, the change is made and recorded.
    ///
    /// ```
    /// # use events_core::{Context, EventManager, Policy, PolicyChangeError, scope};
    /// # async fn demo(manager: EventManager, administrator: Context) -> Result<(), PolicyChangeError> {
    /// scope(administrator, manager.set_policy(Policy::new().off_resource_type("session"))).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn set_policy(&self, policy: Policy) -> Result<(), PolicyChangeError> {
        let Some(shared) = self.shared() else { return Ok(()) };
        let Some(receipt) = change(shared, policy)? else { return Ok(()) };
        let learned = poll_fn(|task| receipt.poll(task)).await;
        if !matches!(learned, Learned::Answered(Answer::Stored)) {
            tracing::warn!("a policy holds although its change is not stored yet");
        }
        Ok(())
    }
}

/// Changes the policy and queues the event, under one lock: events stand in the order of the changes. None where
/// it is no change.
fn change(shared: &Shared, policy: Policy) -> Result<Option<Arc<Receipt>>, PolicyChangeError> {
    let refused = |kind, how: &'static str| {
        shared.counters.refused.add(1);
        Refused::new(CHANGED.spec.event_type, kind, how)
    };
    let Some(context) = with_current(|current| current.context.clone()) else {
        let how = "no context says who changes the policy: call it inside `events::scope(context, …)`";
        return Err(refused(RefusedKind::NoContext, how).into());
    };
    if shared.shutting_down.load(Ordering::Acquire) {
        return Err(refused(RefusedKind::ShuttingDown, "the event manager is shutting down").into());
    }
    let Some(plan) = shared.plan(&CHANGED).cloned() else {
        return Err(refused(RefusedKind::Unregistered, "the event manager does not know its own declaration").into());
    };
    let mut current = shared.policy.write().unwrap_or_else(PoisonError::into_inner);
    if *current == policy {
        return Ok(None);
    }
    let decisions = shared.decisions(&policy)?;
    let identifiers = identifiers(shared, &plan, context.lineage(), shared.clock.now());
    let mut event = Opening::new(plan, context, identifiers, shared.limits.payload);
    event.recorded(|details| {
        details.field("old-rules", &current.rules());
        details.field("new-rules", &policy.rules());
    });
    // About no resource: of who makes it, and administrators see everything.
    let acl = acl::of_event(&Lookup::Missing, event.context.caller(), false);
    let acl = crate::Acl::from(acl);
    let document = event.finish(|out, _, _| acl.write(out), false).document;
    let receipt = Arc::new(Receipt::default());
    let entry = Entry { id: identifiers.id, document, kind: EntryKind::Direct };
    if !shared.hand_over(Item::new(entry, Ticket::Kept(receipt.clone()))) {
        return Err(refused(RefusedKind::ShuttingDown, "the event manager has stopped").into());
    }
    decisions.into_iter().for_each(|(plan, decision)| plan.decide(decision));
    *current = policy;
    Ok(Some(receipt))
}
