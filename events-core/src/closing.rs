//! Writing closings: of an operation of this process, and of one that only its opening tells about.

use std::time::Instant;

use serde::{Deserialize, Serialize};

use crate::{
    acl::{Acl, Right},
    document,
    event::{AboutResource, Event, InvalidEvent, Phase},
    event_type::EventType,
    id::EventId,
    journal::{Entry, EntryKind},
    json,
    opening::{ACL, DETAILS, ID, Kept, end, head, message},
    operation::OperationState,
    outcome::{Ending, Failure, Reason},
    record::MAX_DETAIL_STRING,
    said::{NOTHING, Said},
    scratch,
    timestamp::Timestamp,
};

/// What an `add` added, and who may see it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Created {
    pub(crate) href: String,
    pub(crate) acl: Option<(Acl, bool)>,
}

/// What a closing says otherwise than its opening.
#[derive(Clone, Copy)]
struct Changes<'c> {
    said: &'c Said,
    created: Option<&'c Created>,
}

/// The closing of an operation that ended then, by both clocks.
pub(crate) fn write(
    operation: &OperationState,
    ended: (Instant, Timestamp),
    ending: &Ending,
    said: Option<&Said>,
    created: Option<&Created>,
) -> Entry {
    let changes = (said.is_some() || created.is_some()).then(|| Changes { said: said.unwrap_or(&NOTHING), created });
    let mut sheet = scratch::take();
    write_into(&mut sheet.bytes, operation, ended, ending, changes);
    let document = document::passing(&sheet.bytes);
    scratch::give_back(sheet);
    Entry { id: operation.identifiers.id.closing(), document, kind: EntryKind::Closing }
}

fn write_into(
    out: &mut Vec<u8>,
    operation: &OperationState,
    (ended, now): (Instant, Timestamp),
    ending: &Ending,
    changes: Option<Changes<'_>>,
) {
    let OperationState { plan, identifiers, kept: Kept { bytes: kept, parts, .. }, .. } = operation;
    let phase = if ending.failure().is_none() { Phase::Completed } else { Phase::Failed };
    let took = ended.saturating_duration_since(operation.started);
    // Both begin with the id. The last bit tells the two apart, and so the last digit.
    out.extend_from_slice(&kept[..ID.end]);
    out[ID.end - 1] += 1;
    head(out, plan.head(phase), identifiers.timestamp.plus(took), now);

    match changes {
        // Most handlers say nothing: what the opening says of this is copied as it stands there, in one piece.
        None => out.extend_from_slice(&kept[parts.about.range()]),
        Some(changes) => changes.write_about(out, operation),
    }
    out.extend_from_slice(b",\"parent\":\"");
    out.extend_from_slice(&kept[ID]);
    out.extend_from_slice(b"\",\"root\":\"");
    if identifiers.root == identifiers.id {
        out.extend_from_slice(&kept[ID]);
    } else {
        identifiers.root.append(out);
    }
    match ending.failure() {
        None => out.extend_from_slice(b"\",\"success\":true"),
        Some(failure) => {
            out.extend_from_slice(b"\",\"success\":false");
            write_failure(out, failure);
        }
    }
    out.extend_from_slice(b",\"duration-ms\":");
    json::unsigned(out, u64::try_from(took.as_millis()).unwrap_or(u64::MAX));

    match changes {
        None => {
            write_message(out, operation, ending, None, &kept[parts.details.range()]);
            out.extend_from_slice(&kept[parts.rest_at()..]);
        }
        Some(changes) => changes.write_rest(out, operation, ending),
    }
}

impl Changes<'_> {
    /// Resource, lists and `authn-info`.
    fn write_about(self, out: &mut Vec<u8>, operation: &OperationState) {
        let Self { said, created } = self;
        let OperationState { plan, kept: Kept { bytes: kept, parts, .. }, .. } = operation;
        out.extend_from_slice(b",\"resource\":");
        match created {
            Some(created) => {
                out.extend_from_slice(b"{\"href\":");
                json::string(out, &created.href);
                out.extend_from_slice(b",\"type\":\"");
                out.extend_from_slice(plan.spec.resource_type.as_bytes());
                out.extend_from_slice(b"\"}");
            }
            None => out.extend_from_slice(&kept[parts.resource.range()]),
        }
        if let Some(content) = &said.content {
            // Inside of what was written, which is an object.
            out.pop();
            out.extend_from_slice(b",\"content\":");
            out.extend_from_slice(content.get().as_bytes());
            out.push(b'}');
        }
        write_list(out, "linked-identifiers", &kept[parts.linked.range()], &said.linked);
        let truncated = said.truncated.then(|| "truncated".to_owned());
        let tags: Vec<String> = said.tags.iter().cloned().chain(truncated).collect();
        write_list(out, "tags", &kept[parts.tags.range()], &tags);

        match &said.identified {
            Some(caller) => {
                out.extend_from_slice(b",\"authn-info\":");
                // A caller is claims: writing them cannot fail.
                let _ = serde_json::to_writer(&mut *out, caller);
            }
            None => out.extend_from_slice(operation.context.authn_info()),
        }
    }

    /// Message, details, payload, and what follows.
    fn write_rest(self, out: &mut Vec<u8>, operation: &OperationState, ending: &Ending) {
        let Self { said, created } = self;
        let OperationState { plan, kept: Kept { bytes: kept, parts, .. }, .. } = operation;
        if plan.quotes_details {
            self.write_message_before_details(out, operation, ending);
        } else {
            write_message(out, operation, ending, Some(self), &[]);
            write_details(out, &kept[parts.details.range()], &said.details);
        }
        write_payload(out, &said.payload);

        out.extend_from_slice(ACL);
        let (acl, fallback) = match created.and_then(|created| created.acl.as_ref()) {
            Some((acl, fallback)) => (Some(acl.clone()), *fallback),
            None => (None, operation.acl_fallback),
        };
        match acl {
            None if said.visible_to.is_empty() => out.extend_from_slice(&kept[parts.acl.range()]),
            acl => {
                // What was written as an ACL reads as one.
                let acl = acl.unwrap_or_else(|| {
                    serde_json::from_slice(&kept[parts.acl.range()]).unwrap_or_else(|_| Acl::admin())
                });
                let acl = said.visible_to.iter().fold(acl, |acl, claim| acl.granting(Right::ViewData, claim.clone()));
                acl.write(out);
            }
        }
        end(out, fallback, &operation.context, plan.spec.version);
    }

    /// The message stands before the details: one that quotes them is written after them and put in place.
    fn write_message_before_details(self, out: &mut Vec<u8>, operation: &OperationState, ending: &Ending) {
        let at = out.len();
        let Kept { bytes, parts, .. } = &operation.kept;
        write_details(out, &bytes[parts.details.range()], &self.said.details);
        let details = out[at..].strip_prefix(DETAILS).and_then(|rest| rest.strip_suffix(b"}"));
        let details = details.unwrap_or_default().to_vec();
        let message_at = out.len();
        write_message(out, operation, ending, Some(self), &details);
        let len = out.len() - message_at;
        out[at..].rotate_right(len);
    }
}

/// What the opening lists, and what was added.
fn write_list(out: &mut Vec<u8>, name: &str, opening: &[u8], added: &[String]) {
    // What the opening lists was written as strings and reads as strings.
    let listed: Vec<String> = match added.is_empty() || opening.is_empty() {
        true => Vec::new(),
        false => serde_json::from_slice(&[b"[", opening, b"]"].concat()).unwrap_or_default(),
    };
    let added: Vec<&String> = added.iter().filter(|item| !listed.contains(item)).collect();
    if opening.is_empty() && added.is_empty() {
        return;
    }
    out.extend_from_slice(b",\"");
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":[");
    out.extend_from_slice(opening);
    for (index, item) in added.into_iter().enumerate() {
        if index > 0 || !opening.is_empty() {
            out.push(b',');
        }
        json::string(out, item);
    }
    out.push(b']');
}

fn write_failure(out: &mut Vec<u8>, failure: &Failure) {
    out.extend_from_slice(b",\"failure\":{\"reason\":\"");
    out.extend_from_slice(failure.reason.as_str().as_bytes());
    out.push(b'"');
    if let Some(status) = failure.status {
        out.extend_from_slice(b",\"status\":");
        json::unsigned(out, status.into());
    }
    if let Some(message) = &failure.message {
        out.extend_from_slice(b",\"message\":");
        json::string(out, json::prefix(message, MAX_DETAIL_STRING));
    }
    out.push(b'}');
}

/// The opening's details, with what was said later added or in their place.
fn write_details(out: &mut Vec<u8>, opening: &[u8], said: &[(String, Vec<u8>)]) {
    if opening.is_empty() && said.is_empty() {
        return;
    }
    out.extend_from_slice(DETAILS);
    if said.is_empty() {
        out.extend_from_slice(opening);
    } else {
        let object = [b"{", opening, b"}"].concat();
        let mut fields: serde_json::Map<String, serde_json::Value> =
            serde_json::from_slice(&object).unwrap_or_default();
        for (name, value) in said {
            fields.insert(name.clone(), serde_json::from_slice(value).unwrap_or_default());
        }
        let whole = serde_json::to_vec(&fields).unwrap_or(object);
        out.extend_from_slice(&whole[1..whole.len() - 1]);
    }
    out.push(b'}');
}

fn write_message(
    out: &mut Vec<u8>,
    operation: &OperationState,
    ending: &Ending,
    changes: Option<Changes<'_>>,
    details: &[u8],
) {
    let created = changes.and_then(|changes| changes.created);
    out.extend_from_slice(b",\"message\":\"");
    match changes.and_then(|changes| changes.said.message.as_deref()) {
        Some(message) => json::escaped(out, message),
        None => {
            let Kept { bytes, parts, .. } = &operation.kept;
            let sentence = &bytes[parts.sentence.range()];
            if sentence.is_empty() || created.is_some() {
                let href = created.map(|created| created.href.as_str().into()).or_else(|| operation.href());
                let (spec, parts) = (operation.plan.spec, operation.plan.message());
                message(out, parts, &operation.context, href.as_deref(), spec.resource_type, details);
            } else {
                out.extend_from_slice(sentence);
            }
            if let Some(failure) = ending.failure() {
                out.extend_from_slice(b": failed (");
                out.extend_from_slice(failure.reason.as_str().as_bytes());
                out.push(b')');
            }
        }
    }
    out.push(b'"');
}

fn write_payload(out: &mut Vec<u8>, payload: &[(String, Vec<u8>)]) {
    if payload.is_empty() {
        return;
    }
    out.extend_from_slice(b",\"payload\":{");
    for (index, (name, value)) in payload.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        json::string(out, name);
        out.push(b':');
        out.extend_from_slice(value);
    }
    out.push(b'}');
}

/// The closing of an operation of which only the stored opening is known: its job closes it, its
/// deadline has passed, its process is gone.
///
/// # Errors
/// The opening cannot be read.
pub(crate) fn of_stored(opening: &[u8], ending: &Ending, said: Said, now: Timestamp) -> Result<Entry, InvalidEvent> {
    let opening = Event::from_document(opening)?;
    let phase = if ending.failure().is_none() { Phase::Completed } else { Phase::Failed };
    let message = said.message.or_else(|| {
        let sentence = opening.message.as_deref()?;
        let sentence = sentence.strip_suffix(": requested").unwrap_or(sentence);
        Some(match ending.failure() {
            Some(failure) => format!("{sentence}: failed ({})", failure.reason),
            None => sentence.to_owned(),
        })
    });
    let mut linked_identifiers = opening.linked_identifiers;
    let (mut resource, mut acl, mut acl_fallback) = (opening.resource, opening.acl, opening.acl_fallback);
    match said.created {
        Some(created) if phase == Phase::Completed => {
            resource.href = Some(created.href);
            (acl, acl_fallback) = created.acl.unwrap_or((acl, acl_fallback));
        }
        // It was made and did not become what was asked for.
        created => linked_identifiers.extend(created.map(|created| created.href)),
    }
    for claim in said.visible_to {
        acl = acl.granting(Right::ViewData, claim);
    }
    let mut details = opening.details;
    for (name, value) in said.details {
        details.insert(name, serde_json::from_slice(&value)?);
    }
    let payload = if said.payload.is_empty() {
        None
    } else {
        let fields: Result<serde_json::Map<_, _>, serde_json::Error> =
            said.payload.iter().map(|(name, value)| Ok((name.clone(), serde_json::from_slice(value)?))).collect();
        Some(serde_json::Value::Object(fields?))
    };
    let content = said.content.map(|content| serde_json::from_str(content.get())).transpose()?;
    let timestamp = now.max(opening.timestamp);
    add_new(&mut linked_identifiers, said.linked);
    let mut tags = opening.tags;
    add_new(&mut tags, said.tags);
    add_new(&mut tags, said.truncated.then(|| "truncated".to_owned()));
    let id = opening.id.closing();
    let closing = Event {
        id,
        event_type: suffixed(&opening.event_type, phase.as_str()),
        phase,
        timestamp,
        created: now,
        resource: AboutResource { content, ..resource },
        linked_identifiers,
        tags,
        authn_info: said.identified.unwrap_or(opening.authn_info),
        parent: Some(opening.id),
        process: None,
        deadline: None,
        success: Some(phase == Phase::Completed),
        failure: ending.failure().cloned(),
        duration_ms: u64::try_from(timestamp.since(opening.timestamp).as_millis()).ok(),
        message,
        details,
        payload,
        acl,
        acl_fallback,
        ..opening
    };
    Ok(Entry { id, document: document::lasting(serde_json::to_vec(&closing)?), kind: EntryKind::Closing })
}

fn add_new(list: &mut Vec<String>, more: impl IntoIterator<Item = String>) {
    for item in more {
        if !list.contains(&item) {
            list.push(item);
        }
    }
}

fn suffixed(event_type: &EventType, suffix: &str) -> EventType {
    let base = event_type.base();
    format!("{base}.{suffix}").parse().unwrap_or_else(|_| event_type.clone())
}

/// The event that keeps a true ending which came after the operation was closed as abandoned or overdue.
/// None where the stored closing is a true ending itself, or the late one is none.
///
/// Its id follows from the opening's, so that it is recorded once however often it is told.
///
/// # Errors
/// A document cannot be read.
pub(crate) fn late_ending(late: &[u8], stored: &[u8], now: Timestamp) -> Result<Option<Entry>, InvalidEvent> {
    let unknown = |event: &Event| {
        event.failure.as_ref().is_some_and(|failure| matches!(failure.reason, Reason::Abandoned | Reason::Timeout))
    };
    let (late, stored) = (Event::from_document(late)?, Event::from_document(stored)?);
    if unknown(&late) || !unknown(&stored) {
        return Ok(None);
    }
    let id = late_id(late.id);
    let event = Event {
        id,
        event_type: suffixed(&late.event_type, "late-ending"),
        phase: Phase::Occurred,
        created: now,
        message: late.message.map(|message| format!("{message} (known late)")),
        ..late
    };
    Ok(Some(Entry { id, document: document::lasting(serde_json::to_vec(&event)?), kind: EntryKind::Direct }))
}

/// An id of its own with the opening's time: the same random bits, turned over.
pub(crate) fn late_id(closing: EventId) -> EventId {
    const RANDOM: u128 = 0x7fff_ffff_fffe;
    EventId::from_u128((closing.as_u128() & !1) ^ RANDOM)
}
