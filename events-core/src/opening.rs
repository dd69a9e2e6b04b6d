//! Writing an opening or a direct event: one pass, in the order of the document.

use std::{borrow::Cow, ops::Range, sync::Arc};

mod large;

use tokio::sync::OwnedSemaphorePermit;

use crate::{
    context::Context,
    declaration::{EventKind, MessagePart},
    event::Phase,
    href,
    id::{EventId, ID_LEN, ProcessId},
    json,
    keys::MAX_TAG,
    payload_room::{FREE, MAX_PART},
    plan::Plan,
    record::{self, Details, Record},
    scratch,
    timestamp::Timestamp,
};

/// What an opening says of its operation, beside what the handler names.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Identifiers {
    pub(crate) id: EventId,
    pub(crate) parent: Option<EventId>,
    pub(crate) root: EventId,
    pub(crate) process: ProcessId,
    pub(crate) deadline: Option<Timestamp>,
    pub(crate) timestamp: Timestamp,
}

/// An opening or direct event while it is written. The macros call the methods in the order
/// `resource`, `linked`, `tag`, `detail`, `request`: that of the document's fields.
#[derive(Debug)]
pub struct Opening {
    pub(crate) plan: Arc<Plan>,
    pub(crate) context: Context,
    pub(crate) identifiers: Identifiers,
    payload_limit: usize,
    draft: Box<Draft>,
}

/// What is written by now: apart, so that an opening is small where it is moved.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    pub(crate) bytes: Vec<u8>,
    stage: Stage,
    parts: Parts,
    href: Part,
    /// Where the message goes, once details are known.
    message_at: usize,
    /// Bytes of the first details, which take no room, and the room that the others take.
    free: usize,
    room: Option<OwnedSemaphorePermit>,
    truncated: bool,
    problem: Option<Cow<'static, str>>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    #[default]
    Resource,
    Linked,
    Tags,
    Details,
    Payload,
}

/// Where the parts of a document are that its closing repeats.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Parts {
    /// From the comma before the resource to the end of `authn-info`.
    pub(crate) about: Part,
    /// `{"href":…,"type":…}`.
    pub(crate) resource: Part,
    /// What stands between the brackets.
    pub(crate) linked: Part,
    pub(crate) tags: Part,
    /// The message without its ending; not known of one that quotes details.
    pub(crate) sentence: Part,
    /// What stands between the braces.
    pub(crate) details: Part,
    /// The ACL, as a whole.
    pub(crate) acl: Part,
    /// The payload with its name and the comma before it; what memory does not keep.
    payload: Part,
}

impl Parts {
    /// Where the details begin, with their name and the comma before it, or else what follows them.
    pub(crate) fn rest_at(&self) -> usize {
        if self.details.is_empty() {
            self.acl.range().start - ACL.len()
        } else {
            self.details.range().start - DETAILS.len()
        }
    }
}

/// A part of a document; empty where the document has none.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Part {
    start: u32,
    end: u32,
}

impl Part {
    /// Documents are far smaller than 4 GiB: the largest payload is 10 MiB, everything else is capped.
    fn new(range: Range<usize>) -> Self {
        Self { start: range.start as u32, end: range.end as u32 }
    }

    pub(crate) fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    fn is_empty(self) -> bool {
        self.start == self.end
    }

    fn len(self) -> usize {
        self.range().len()
    }

    /// Makes way for `by` bytes that were put in before it.
    fn shift(&mut self, by: usize) {
        if !self.is_empty() {
            *self = Self { start: self.start + by as u32, end: self.end + by as u32 };
        }
    }
}

/// A finished document, and what it is of.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) plan: Arc<Plan>,
    pub(crate) context: Context,
    pub(crate) identifiers: Identifiers,
    /// As it is stored.
    pub(crate) document: Arc<[u8]>,
    pub(crate) kept: Kept,
}

/// What memory keeps of an opening for as long as its operation runs: all but its payload.
#[derive(Debug)]
pub(crate) struct Kept {
    /// What the closing copies from.
    pub(crate) bytes: Arc<[u8]>,
    pub(crate) parts: Parts,
    /// Room that large details take, here and in the closing.
    pub(crate) room: Option<OwnedSemaphorePermit>,
}

/// What stands before details.
pub(crate) const DETAILS: &[u8] = b",\"details\":{";
/// What stands before an ACL.
pub(crate) const ACL: &[u8] = b",\"acl\":";

/// Most linked identifiers, and most tags, of one event.
pub(crate) const MAX_LIST: usize = 1_000;

impl Opening {
    // Inlined: it is written where it stays.
    #[inline(always)]
    pub(crate) fn new(plan: Arc<Plan>, context: Context, identifiers: Identifiers, payload_limit: usize) -> Self {
        let mut draft = scratch::take();
        *draft = Draft { bytes: std::mem::take(&mut draft.bytes), ..Draft::default() };
        let phase = match plan.spec.kind {
            EventKind::Action => Phase::Requested,
            EventKind::Direct => Phase::Occurred,
        };
        let Identifiers { id, timestamp, .. } = identifiers;
        draft.bytes.extend_from_slice(b"{\"id\":\"");
        id.append(&mut draft.bytes);
        head(&mut draft.bytes, plan.head(phase), timestamp, timestamp);
        Self { plan, context, identifiers, payload_limit, draft }
    }

    /// What makes the document impossible, if anything does.
    pub(crate) fn problem(&self) -> Option<&Cow<'static, str>> {
        self.draft.problem.as_ref()
    }

    pub(crate) fn truncated(&self) -> bool {
        self.draft.truncated
    }

    /// The href, where the event is about one resource.
    pub(crate) fn href(&self) -> Option<&str> {
        if self.draft.href.is_empty() {
            return None;
        }
        // An href that passed the check has no character that JSON escapes.
        std::str::from_utf8(&self.draft.bytes[self.draft.href.range()]).ok()
    }

    /// What the event is about: an href, or the bare id of a resource of the event's own type.
    pub fn resource(&mut self, given: Cow<'_, str>) {
        let resource_type = self.plan.spec.resource_type;
        if is_href_of(resource_type, &given) {
            return self.write_resource(Some(&given));
        }
        let whole = if given.contains('/') { given } else { Cow::Owned(format!("{resource_type}/{given}")) };
        if !is_href_of(resource_type, &whole) {
            self.draft.problem = Some(match href::check(&whole) {
                Err(reason) => format!("its resource `{}` is not an href: {reason}", shown(&whole)).into(),
                Ok(()) => format!("it is about a {resource_type}, but its resource is `{}`", shown(&whole)).into(),
            });
        }
        self.write_resource(Some(&whole));
    }

    fn write_resource(&mut self, href: Option<&str>) {
        const RESOURCE: &[u8] = b",\"resource\":";
        let Draft { bytes, parts, href: place, stage, .. } = &mut *self.draft;
        let comma = bytes.len();
        bytes.extend_from_slice(RESOURCE);
        match href {
            Some(href) => {
                bytes.extend_from_slice(b"{\"href\":\"");
                let from = bytes.len();
                // One that passed the check has nothing to escape, and with any other nothing is recorded.
                bytes.extend_from_slice(href.as_bytes());
                *place = Part::new(from..bytes.len());
                bytes.extend_from_slice(b"\",\"type\":\"");
            }
            None => bytes.extend_from_slice(b"{\"type\":\""),
        }
        bytes.extend_from_slice(self.plan.spec.resource_type.as_bytes());
        bytes.extend_from_slice(b"\"}");
        parts.resource = Part::new(comma + RESOURCE.len()..bytes.len());
        parts.about = Part::new(comma..bytes.len());
        *stage = Stage::Linked;
    }

    /// Another resource that is touched.
    pub fn linked(&mut self, href: &str) {
        self.reach(Stage::Linked);
        list_item(
            &mut self.draft.bytes,
            &mut self.draft.parts.linked,
            "linked-identifiers",
            href,
            href::MAX_HREF,
            &mut self.draft.truncated,
        );
    }

    /// A free word.
    pub fn tag(&mut self, tag: &str) {
        self.reach(Stage::Tags);
        list_item(&mut self.draft.bytes, &mut self.draft.parts.tags, "tags", tag, MAX_TAG, &mut self.draft.truncated);
    }

    /// One detail; an absent value is left out.
    pub fn detail(&mut self, name: &str, value: &dyn Record) {
        if value.is_absent() {
            return;
        }
        self.reach(Stage::Details);
        let (start, before) = (self.draft.bytes.len(), self.draft.parts.details);
        if before.is_empty() {
            self.draft.bytes.extend_from_slice(DETAILS);
            self.draft.parts.details = Part::new(self.draft.bytes.len()..self.draft.bytes.len());
        } else {
            self.draft.bytes.push(b',');
        }
        json::string(&mut self.draft.bytes, name);
        self.draft.bytes.push(b':');
        self.draft.truncated |= record::detail(&mut self.draft.bytes, value);
        self.draft.parts.details.end = self.draft.bytes.len() as u32;
        match self.draft.parts.details.len() {
            len @ ..=FREE => self.draft.free = len,
            ..=MAX_PART => {}
            _ => {
                self.draft.bytes.truncate(start);
                self.draft.parts.details = before;
                self.draft.truncated = true;
            }
        }
    }

    /// All details of a value that records itself as an object.
    pub fn details(&mut self, value: &dyn Record) {
        let mut object = Vec::new();
        self.draft.truncated |= record::detail(&mut object, value);
        match object.as_slice() {
            [b'{', inner @ .., b'}'] => self.write_details(inner, if inner.len() <= FREE { inner.len() } else { 0 }),
            _ => {
                self.draft.problem =
                    Some("its details are not an object: name each, or derive `Record` on a struct".into())
            }
        }
    }

    /// What a direct event's type says.
    pub(crate) fn recorded(&mut self, write: impl FnOnce(&mut Details<'_>)) {
        let mut inner = Vec::new();
        let mut details = Details::new(&mut inner);
        write(&mut details);
        self.draft.truncated |= details.was_cut();
        let free = details.free();
        self.write_details(&inner, free);
    }

    fn write_details(&mut self, inner: &[u8], free: usize) {
        self.reach(Stage::Details);
        if inner.is_empty() {
            return;
        }
        self.draft.bytes.extend_from_slice(DETAILS);
        let start = self.draft.bytes.len();
        self.draft.bytes.extend_from_slice(inner);
        self.draft.parts.details = Part::new(start..self.draft.bytes.len());
        self.draft.free = free;
    }

    /// How many bytes it has by now.
    pub(crate) fn len(&self) -> usize {
        self.draft.bytes.len()
    }

    /// The argument that the payload keeps as the request.
    pub fn request(&mut self, _name: &str, value: &dyn Record) {
        self.reach(Stage::Payload);
        let start = self.draft.bytes.len();
        self.draft.bytes.extend_from_slice(b",\"payload\":{\"request\":");
        if record::whole_or_head(&mut self.draft.bytes, value, self.payload_limit) {
            self.draft.truncated = true;
            // What was thrown away must not stay reserved while the operation waits.
            self.draft.bytes.shrink_to(self.draft.bytes.len() + 512);
        }
        self.draft.bytes.push(b'}');
        self.draft.parts.payload = Part::new(start..self.draft.bytes.len());
    }

    /// Writes what stands between the stage that was reached and this one.
    #[inline]
    fn reach(&mut self, stage: Stage) {
        debug_assert!(self.draft.stage <= stage, "called in the order of the document");
        if self.draft.stage < stage {
            self.advance(stage);
        }
    }

    fn advance(&mut self, stage: Stage) {
        if self.draft.stage == Stage::Resource {
            self.write_resource(None);
        }
        if self.draft.stage == Stage::Linked && stage > Stage::Linked {
            self.close_list(self.draft.parts.linked);
            self.draft.stage = Stage::Tags;
        }
        if self.draft.stage == Stage::Tags && stage > Stage::Tags {
            self.close_list(self.draft.parts.tags);
            self.write_lineage();
            self.draft.message_at = self.draft.bytes.len();
            if !self.plan.quotes_details {
                self.write_message();
            }
            self.draft.stage = Stage::Details;
        }
        if self.draft.stage == Stage::Details && stage > Stage::Details {
            if !self.draft.parts.details.is_empty() {
                self.draft.bytes.push(b'}');
            }
            if self.plan.quotes_details {
                self.write_message_before_details();
            }
            self.draft.stage = Stage::Payload;
        }
    }

    fn close_list(&mut self, list: Part) {
        if !list.is_empty() {
            self.draft.bytes.push(b']');
        }
    }

    fn write_lineage(&mut self) {
        let Identifiers { id, parent, root, process, deadline, .. } = self.identifiers;
        let direct = self.plan.spec.kind == EventKind::Direct;
        let Draft { bytes: out, parts, .. } = &mut *self.draft;
        out.extend_from_slice(self.context.authn_info());
        parts.about.end = out.len() as u32;
        if let Some(parent) = parent {
            out.extend_from_slice(b",\"parent\":\"");
            parent.append(out);
            out.push(b'"');
        }
        if parent.is_some() || !direct {
            out.extend_from_slice(b",\"root\":\"");
            if root == id {
                out.extend_from_within(ID);
            } else {
                root.append(out);
            }
            out.push(b'"');
        }
        if !direct {
            out.extend_from_slice(b",\"process\":\"");
            process.append(out);
            out.push(b'"');
        }
        if let Some(deadline) = deadline {
            out.extend_from_slice(b",\"deadline\":\"");
            deadline.write().append(out);
            out.push(b'"');
        }
    }

    fn write_message(&mut self) {
        let Self { plan, context, draft, .. } = self;
        let Draft { bytes, parts, href, .. } = &mut **draft;
        bytes.extend_from_slice(b",\"message\":\"");
        let start = bytes.len();
        for part in plan.message() {
            match part {
                MessagePart::Resource if !href.is_empty() => bytes.extend_from_within(href.range()),
                MessagePart::Detail(name) => {
                    let text = detail_text(&bytes[parts.details.range()], name);
                    json::escaped(bytes, &text);
                }
                part => message_part(bytes, *part, context, plan.spec.resource_type),
            }
        }
        if !plan.quotes_details {
            parts.sentence = Part::new(start..bytes.len());
        }
        if plan.spec.kind == EventKind::Action {
            bytes.extend_from_slice(b": requested");
        }
        bytes.push(b'"');
    }

    /// The message stands before the details: one that quotes them is written after them and put in place.
    fn write_message_before_details(&mut self) {
        let at = self.draft.bytes.len();
        self.write_message();
        let len = self.draft.bytes.len() - at;
        self.draft.bytes[self.draft.message_at..].rotate_right(len);
        self.draft.parts.details.shift(len);
    }

    /// Ends the document with the ACL that `write_acl` appends.
    #[inline]
    pub(crate) fn finish(mut self, write_acl: impl FnOnce(&mut Vec<u8>, &Context, &Plan), fallback: bool) -> Finished {
        self.reach(Stage::Payload);
        if self.draft.truncated {
            self.mark_truncated();
        }
        let Self { plan, context, identifiers, mut draft, .. } = self;
        let Draft { bytes: out, parts, room, .. } = &mut *draft;
        out.extend_from_slice(ACL);
        let start = out.len();
        write_acl(out, &context, &plan);
        parts.acl = Part::new(start..out.len());
        end(out, fallback, &context, plan.spec.version);
        let document: Arc<[u8]> = out.as_slice().into();
        let bytes = if parts.payload.is_empty() {
            document.clone()
        } else {
            out.drain(parts.payload.range());
            let acl = parts.acl.range();
            let len = parts.payload.len();
            parts.acl = Part::new(acl.start - len..acl.end - len);
            out.as_slice().into()
        };
        let kept = Kept { bytes, parts: *parts, room: room.take() };
        scratch::give_back(draft);
        Finished { plan, context, identifiers, document, kept }
    }

    /// Adds the tag that says that a cap cut something.
    fn mark_truncated(&mut self) {
        const TAG: &[u8] = b"\"truncated\"";
        let (at, text): (usize, Vec<u8>) = if self.draft.parts.tags.is_empty() {
            // In front of `authn-info`.
            let found = self.draft.bytes.windows(14).position(|window| window == b",\"authn-info\":");
            (found.unwrap_or(self.draft.message_at), [b",\"tags\":[", TAG, b"]"].concat())
        } else {
            (self.draft.parts.tags.range().end, [b",", TAG].concat())
        };
        let len = text.len();
        self.draft.bytes.splice(at..at, text);
        self.draft.parts.about.end += len as u32;
        self.draft.parts.sentence.shift(len);
        self.draft.parts.details.shift(len);
        self.draft.parts.payload.shift(len);
        let tags = self.draft.parts.tags.range();
        self.draft.parts.tags =
            Part::new(if tags.start == tags.end { at + 9..at + len - 1 } else { tags.start..at + len });
    }
}

/// Where an event's id stands in its document.
pub(crate) const ID: Range<usize> = 7..7 + ID_LEN;

/// What follows the id: `<head><timestamp>","created":"<created>"`.
pub(crate) fn head(out: &mut Vec<u8>, head: &[u8], timestamp: Timestamp, created: Timestamp) {
    out.extend_from_slice(head);
    let written = timestamp.write();
    written.append(out);
    out.extend_from_slice(b"\",\"created\":\"");
    // Nearly always the same millisecond.
    let written = if created == timestamp { written } else { created.write() };
    written.append(out);
    out.push(b'"');
}

/// What follows the ACL, and the closing brace.
pub(crate) fn end(out: &mut Vec<u8>, fallback: bool, context: &Context, version: Option<u32>) {
    if fallback {
        out.extend_from_slice(b",\"acl-fallback\":true");
    }
    out.extend_from_slice(context.traceparent());
    if let Some(version) = version {
        out.extend_from_slice(b",\"version\":");
        json::unsigned(out, version.into());
    }
    out.push(b'}');
}

/// One more item of a list that is opened with its first.
fn list_item(out: &mut Vec<u8>, list: &mut Part, name: &str, item: &str, cap: usize, truncated: &mut bool) {
    if list.is_empty() {
        out.extend_from_slice(b",\"");
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(b"\":[");
        *list = Part::new(out.len()..out.len());
    } else {
        out.push(b',');
    }
    let kept = json::prefix(item, cap);
    *truncated |= kept.len() < item.len();
    json::string(out, kept);
    list.end = out.len() as u32;
}

/// The sentence of an event whose document is written already.
pub(crate) fn message(
    out: &mut Vec<u8>,
    parts: &[MessagePart],
    context: &Context,
    href: Option<&str>,
    resource_type: &str,
    details: &[u8],
) {
    for part in parts {
        match (part, href) {
            (MessagePart::Resource, Some(href)) => json::escaped(out, href),
            (MessagePart::Detail(name), _) => json::escaped(out, &detail_text(details, name)),
            (part, _) => message_part(out, *part, context, resource_type),
        }
    }
}

fn message_part(out: &mut Vec<u8>, part: MessagePart, context: &Context, resource_type: &str) {
    match part {
        MessagePart::Text(literal) => json::escaped(out, literal),
        MessagePart::Caller => {
            let caller = context.caller();
            let who = caller.user_id.as_ref().or(caller.active_claim.as_ref());
            json::escaped(out, who.map_or("an anonymous caller", |claim| claim.as_str()));
        }
        MessagePart::Resource => {
            out.extend_from_slice(b"a ");
            out.extend_from_slice(resource_type.as_bytes());
        }
        MessagePart::Detail(_) => {}
    }
}

/// A detail as a message quotes it: strings bare, other values as JSON, at most 256 bytes.
fn detail_text(details: &[u8], name: &str) -> String {
    let object = [b"{", details, b"}"].concat();
    let fields: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(&object).unwrap_or_default();
    let text = match fields.get(name) {
        Some(serde_json::Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
        None => "-".to_owned(),
    };
    json::prefix(&text, 256).to_owned()
}

/// Whether this is the href of a resource of a type. A declared resource type is kebab-case: only the id is checked.
fn is_href_of(resource_type: &str, href: &str) -> bool {
    let id = href.strip_prefix(resource_type).and_then(|rest| rest.strip_prefix('/'));
    id.is_some_and(|id| href::check_id(id).is_ok()) && href.len() <= href::MAX_HREF
}

/// A value from outside, as an error quotes it.
fn shown(text: &str) -> String {
    json::prefix(text, 80).escape_debug().to_string()
}
