//! The event as it is read back.

use std::{borrow::Cow, fmt};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    acl::{Acl, Visibility},
    category::Severity,
    event_type::EventType,
    id::EventId,
    identity::Caller,
    outcome::Failure,
    record::MAX_DETAIL_STRING,
    timestamp::Timestamp,
};

/// Where an event stands in the life of its operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// The opening.
    Requested,
    /// A closing: it did what it was asked for.
    Completed,
    /// A closing: it did not, or nobody knows.
    Failed,
    /// A direct event, or an ending known late.
    Occurred,
}

impl Phase {
    /// The word as it stands in events.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Occurred => "occurred",
        }
    }

    /// Whether an event of this phase ends an operation.
    pub const fn closes(self) -> bool {
        matches!(self, Self::Completed | Self::Failed)
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What an event is about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AboutResource {
    /// `<resource-type>/<id>`, where it is about one resource.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub href: Option<String>,
    /// The resource type.
    #[serde(rename = "type")]
    pub resource_type: String,
    /// A snapshot of the resource; not indexed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Value>,
}

/// One event, as every store carries it. The fields are those of the document, in its order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Event {
    /// `event/<uuid>`.
    pub id: EventId,
    /// Always `event`.
    pub resource_type: Cow<'static, str>,
    /// `nuvlabox.reboot`, `nuvlabox.reboot.failed`.
    pub event_type: EventType,
    /// Opening, closing or direct.
    pub phase: Phase,
    /// One of the seven, or a declared one.
    pub category: String,
    /// A finer division.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subcategory: Option<String>,
    /// How much it matters.
    pub severity: Severity,
    /// When it happened.
    pub timestamp: Timestamp,
    /// When it was handed to the store.
    pub created: Timestamp,
    /// What it is about.
    pub resource: AboutResource,
    /// Other resources that were touched.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub linked_identifiers: Vec<String>,
    /// Free words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Who acted.
    pub authn_info: Caller,
    /// The event it follows from: a closing's opening, a nested opening's enclosing opening.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<EventId>,
    /// The outermost opening.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root: Option<EventId>,
    /// On openings: the process that records the operation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub process: Option<String>,
    /// On openings of deferred operations: when they are overdue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Timestamp>,
    /// On closings: whether it did what it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub success: Option<bool>,
    /// On failed closings: why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
    /// On closings: how long it took.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
    /// A sentence for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Typed, indexed.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub details: Map<String, Value>,
    /// Free, stored, not indexed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<Value>,
    /// Who may see it.
    pub acl: Acl,
    /// Whether the look-up of the ACL failed and the safe default was taken.
    #[serde(default, skip_serializing_if = "is_false")]
    pub acl_fallback: bool,
    /// W3C trace context.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
    /// Schema version of the details.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    /// The id that a migrated event had before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legacy_id: Option<String>,
    /// On posted events: the name they were posted with, where that is not their event type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde calls")]
fn is_false(value: &bool) -> bool {
    !value
}

/// A stored document that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("a stored event cannot be read: {0}; its document is damaged, a relay's destination or a backup may have it")]
pub struct InvalidEvent(#[from] serde_json::Error);

impl Event {
    /// No text of an event that is searched as a whole is longer, in bytes: its message, that of its failure, a text
    /// among its details. Longer ones are cut when they are recorded.
    pub const LONGEST_TEXT: usize = MAX_DETAIL_STRING;

    /// Reads a document, with or without the older view behind it.
    ///
    /// # Errors
    /// It is not an event.
    pub fn from_document(document: &[u8]) -> Result<Self, InvalidEvent> {
        let mut event: Self = serde_json::from_slice(document)?;
        // The older view repeats it for every event.
        if event.name.as_deref() == Some(&*name(event.event_type.as_str(), event.phase)) {
            event.name = None;
        }
        Ok(event)
    }

    /// The name that older consumers match: the one it was posted with, else see [`name`].
    pub fn name(&self) -> Cow<'_, str> {
        match &self.name {
            Some(posted) => Cow::Borrowed(posted),
            None => name(self.event_type.as_str(), self.phase),
        }
    }
}

/// The name that older consumers match: `nuvlabox.reboot` on both closings, `nuvlabox.reboot.requested`
/// on the opening, the event type on direct events.
pub fn name(event_type: &str, phase: Phase) -> Cow<'_, str> {
    match phase {
        Phase::Requested => Cow::Owned(format!("{event_type}.requested")),
        Phase::Completed => Cow::Borrowed(event_type.strip_suffix(".completed").unwrap_or(event_type)),
        Phase::Failed => Cow::Borrowed(event_type.strip_suffix(".failed").unwrap_or(event_type)),
        Phase::Occurred => Cow::Borrowed(event_type),
    }
}

/// What a viewer with only view-meta sees of a document, beside `name` and the collection's own fields.
///
/// The time is among them: every page is in its order, so that hiding it would only make an oracle of the order.
const META: [&str; 7] = ["id", "resource-type", "timestamp", "created", "tags", "message", "parent"];

/// The document as somebody with this visibility may read it.
///
/// # Errors
/// The document is not an event.
pub fn redacted(document: &[u8], visibility: Visibility) -> Result<Cow<'_, [u8]>, InvalidEvent> {
    if visibility == Visibility::Everything {
        return Ok(Cow::Borrowed(document));
    }
    let fields: Map<String, Value> = serde_json::from_slice(document)?;
    let keep = |name: &str| match visibility {
        Visibility::Meta => META.contains(&name),
        Visibility::Data | Visibility::Everything => name != "acl",
    };
    // The event type says how it ended; the name, which everybody may see, does not.
    let named = (visibility == Visibility::Meta).then(|| serde_json::from_slice::<Event>(document)).transpose()?;
    let mut kept: Map<String, Value> = fields.into_iter().filter(|(name, _)| keep(name)).collect();
    if let Some(event) = named {
        kept.insert("name".to_owned(), event.name().into());
    }
    Ok(Cow::Owned(serde_json::to_vec(&kept)?))
}
