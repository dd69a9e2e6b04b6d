//! Events whose documents somebody posts: direct events from outside the program.

use std::{future::poll_fn, sync::Arc};

use serde_json::{Map, Value};

use self::draft::Draft;
use crate::{
    acl::{self, Acl, Lookup, Right},
    context::Context,
    direct::stored,
    directory::LookingUp,
    document,
    event::{AboutResource, Event, Phase},
    href::AnyHref,
    id::EventId,
    identity::{ADMIN, Claim},
    journal::{Entry, EntryKind},
    manager::{EventManager, Shared},
    opaque::Opaque,
    queue::{Item, Ticket},
    receipt::Receipt,
    refused::{Refused, RefusedKind},
};

mod capped;
mod draft;
mod fields;
mod moment;
mod permitted;

/// The document of a direct event that somebody posts.
///
/// Two shapes are read. The new one has the fields of an [`Event`]: `event-type`, `resource`, `message`, `details`
/// and so on. The older one says `name`, `description` and `content`, with `resource`, `state` and
/// `linked-identifiers` in it. What the server decides (`id`, `created`, `updated`, …) is not looked at.
///
/// ```
/// use events_core::{Context, EventId, EventManager, PostError, Posted};
///
/// # async fn demo(manager: &EventManager, jane: &Context) -> Result<(), PostError> {
/// let document = serde_json::json!({
///     "event-type": "backup.finished", "severity": "low",
///     "resource": { "href": "backup/17" }, "message": "the nightly backup is done", "success": true,
/// });
/// let id: EventId = manager.post(Posted::new(document.as_object().cloned().unwrap_or_default()), jane).await?;
/// # let _ = id;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Posted(Map<String, Value>);

impl Posted {
    /// A document; it is checked when it is posted, because who posts it decides what it may say.
    pub fn new(document: Map<String, Value>) -> Self {
        Self(document)
    }
}

/// Why nothing was recorded of a posted document.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PostError {
    /// It is no event that this caller may post.
    #[error("the posted event is refused, nothing was recorded: {} [EVT180]", .problems.join("; "))]
    Invalid {
        /// The id that it would have had.
        id: EventId,
        /// Everything that is wrong with it: which field, why, and what to write.
        problems: Vec<String>,
    },
    /// It cannot be stored.
    #[error(transparent)]
    Refused(#[from] Refused),
}

impl EventManager {
    /// Records a direct event that somebody posts. It is durable, and found by its id, when this returns.
    ///
    /// Who acts in `context` has posted it. Administrators may post any well-formed event type in any known category,
    /// and say who acted: so events of elsewhere are imported. Anybody else posts in the category `user`, as
    /// themselves, and no event type that is declared. Nobody posts what is still to come: a `timestamp` may be a
    /// minute ahead, for clocks that differ. An event without an ACL gets that of an event which the program records
    /// about this resource; administrators are added to any other.
    ///
    /// A policy does not apply: whoever posts an event wants it recorded.
    ///
    /// # Errors
    /// See [`PostError`]. Cancel-safe: dropped, it is recorded or not, never half.
    pub async fn post(&self, posted: Posted, context: &Context) -> Result<EventId, PostError> {
        let Some(shared) = self.shared() else {
            let how = "this event manager records nothing: post it where events are recorded";
            return Err(refused(None, RefusedKind::ShuttingDown, how.to_owned()).into());
        };
        let (id, now) = {
            let now = shared.clock.now();
            (shared.ids.next(now), now)
        };
        let mut problems = Vec::new();
        let draft = Draft::read(posted.0, context.caller().is_admin(), shared.limits.payload, &mut problems);
        permitted::check(&draft, context.caller(), shared.registry(), now, &mut problems);
        let (Some(event_type), true) = (draft.event_type.clone(), problems.is_empty()) else {
            shared.counters.refused.add(1);
            return Err(PostError::Invalid { id, problems });
        };
        if shared.shutting_down.load(std::sync::atomic::Ordering::Acquire) {
            shared.counters.refused.add(1);
            let how = "the event manager is shutting down: try again elsewhere";
            return Err(refused(Some(event_type.as_str()), RefusedKind::ShuttingDown, how.to_owned()).into());
        }
        let (acl, acl_fallback) = match draft.acl {
            Some(acl) => (with_administrators(acl), false),
            None => acl_of(shared, draft.href.as_ref(), context).await,
        };
        let lineage = context.lineage();
        let resource_type = match &draft.href {
            Some(href) => href.resource_type().to_owned(),
            None => event_type.resource_type().to_owned(),
        };
        let event = Event {
            id,
            resource_type: "event".into(),
            phase: Phase::Occurred,
            category: draft.category.filter(|_| context.caller().is_admin()).unwrap_or_else(|| USER.to_owned()),
            subcategory: draft.subcategory,
            severity: draft.severity,
            timestamp: draft.timestamp.unwrap_or(now),
            created: now,
            resource: AboutResource {
                href: draft.href.map(|href| href.as_str().to_owned()),
                resource_type,
                content: draft.content,
            },
            linked_identifiers: draft.linked_identifiers,
            tags: draft.tags,
            authn_info: draft.authn_info.unwrap_or_else(|| context.caller().clone()),
            parent: lineage.map(|(parent, _)| parent),
            root: lineage.map(|(_, root)| root),
            process: None,
            deadline: None,
            success: draft.success,
            failure: None,
            duration_ms: None,
            message: draft.message,
            details: draft.details,
            payload: draft.payload,
            acl,
            acl_fallback,
            traceparent: context.trace().map(str::to_owned),
            version: draft.version,
            legacy_id: draft.legacy_id,
            name: draft.name.filter(|name| name != event_type.as_str()),
            event_type,
        };
        record(shared, &event).await?;
        Ok(id)
    }
}

/// The category of what ordinary callers post.
const USER: &str = "user";

/// Administrators see every event: they are added unless they own it.
fn with_administrators(acl: Acl) -> Acl {
    if acl.owners.iter().any(|owner| owner.as_str() == ADMIN) {
        return acl;
    }
    acl.granting(Right::EditAcl, Claim::admin())
}

/// The ACL that the program would give an event about this resource, and whether looking it up failed.
async fn acl_of(shared: &Opaque<Shared>, href: Option<&AnyHref>, context: &Context) -> (Acl, bool) {
    let lookup = match href.and_then(|href| LookingUp::start(shared, href.clone())) {
        Some(mut looking_up) => poll_fn(|task| looking_up.poll(shared, task)).await,
        None => Lookup::Missing,
    };
    let fallback = matches!(lookup, Lookup::Failed);
    if fallback {
        shared.counters.acl_fallbacks.add(1);
    }
    (acl::of_event(&lookup, context.caller(), false).into(), fallback)
}

async fn record(shared: &Opaque<Shared>, event: &Event) -> Result<(), Refused> {
    let refuse = |kind, reason: String| {
        shared.counters.refused.add(1);
        refused(Some(event.event_type.as_str()), kind, reason)
    };
    let document = serde_json::to_vec(event).map_err(|error| refuse(RefusedKind::BadDocument, error.to_string()))?;
    let Some(room) = shared.room_to_wait(document.len()).await else {
        let how = "other events that wait for the event store leave no room for it: try again";
        return Err(refuse(RefusedKind::Storage, how.to_owned()));
    };
    let entry = Entry { id: event.id, document: document::lasting(document), kind: EntryKind::Direct };
    let receipt = Arc::new(Receipt::default());
    let item = Item::new(entry, Ticket::Single(receipt.clone()));
    shared.hand_over(Item { room: Some(Arc::new(room)), ..item });
    stored(shared, &receipt).await.map_err(|reason| refuse(RefusedKind::Storage, reason))
}

fn refused(event_type: Option<&str>, kind: RefusedKind, reason: String) -> Refused {
    Refused { event_type: event_type.unwrap_or("event").to_owned().into(), kind, reason: reason.into() }
}
