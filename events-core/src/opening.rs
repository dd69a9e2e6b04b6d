//! Writing an opening or a direct event: one pass, in the order of the document.

use std::{borrow::Cow, mem, sync::Arc};

use bytes::Bytes;

use crate::{
    context::Context,
    declaration::EventKind,
    document,
    event::Phase,
    href,
    id::{EventId, ProcessId},
    json,
    keys::MAX_TAG,
    payload_room::{FREE, MAX_PART, Reserved},
    plan::Plan,
    record::{self, Details, Record},
    scratch, spare,
    timestamp::Timestamp,
};

mod large;
mod message;
mod parts;
mod sheet;

pub(crate) use message::message;
use parts::Part;
pub(crate) use parts::{ACL, DETAILS, ID, Parts};
pub(crate) use sheet::Sheet;
use sheet::Stage;

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
    sheet: Box<Sheet>,
}

/// A finished document, and what it is of.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) plan: Arc<Plan>,
    pub(crate) context: Context,
    pub(crate) identifiers: Identifiers,
    /// As it is stored.
    pub(crate) document: Bytes,
    pub(crate) kept: Kept,
}

/// What memory keeps of an opening for as long as its operation runs: all but its payload.
#[derive(Debug)]
pub(crate) struct Kept {
    /// What the closing copies from.
    pub(crate) bytes: Vec<u8>,
    pub(crate) parts: Parts,
    /// Room that large details take, here and in the closing.
    pub(crate) room: Option<Reserved>,
}

/// Most linked identifiers, and most tags, of one event.
pub(crate) const MAX_LIST: usize = 1_000;

impl Opening {
    // Inlined: it is written where it stays.
    #[inline(always)]
    pub(crate) fn new(plan: Arc<Plan>, context: Context, identifiers: Identifiers, payload_limit: usize) -> Self {
        let mut sheet = scratch::take();
        let phase = match plan.spec.kind {
            EventKind::Action => Phase::Requested,
            EventKind::Direct => Phase::Occurred,
        };
        let Identifiers { id, timestamp, .. } = identifiers;
        sheet.bytes.extend_from_slice(b"{\"id\":\"");
        id.append(&mut sheet.bytes);
        head(&mut sheet.bytes, plan.head(phase), timestamp, timestamp);
        Self { plan, context, identifiers, payload_limit, sheet }
    }

    /// What makes the document impossible, if anything does.
    pub(crate) fn problem(&self) -> Option<&Cow<'static, str>> {
        self.sheet.problem.as_ref()
    }

    pub(crate) fn truncated(&self) -> bool {
        self.sheet.truncated
    }

    /// The href, where the event is about one resource.
    pub(crate) fn href(&self) -> Option<&str> {
        if self.sheet.href.is_empty() {
            return None;
        }
        // An href that passed the check has no character that JSON escapes.
        std::str::from_utf8(&self.sheet.bytes[self.sheet.href.range()]).ok()
    }

    /// What the event is about: an href, or the bare id of a resource of the event's own type.
    pub fn resource(&mut self, given: Cow<'_, str>) {
        let resource_type = self.plan.spec.resource_type;
        if is_href_of(resource_type, &given) {
            return self.write_resource(Some(&given));
        }
        let whole = if given.contains('/') { given } else { Cow::Owned(format!("{resource_type}/{given}")) };
        if !is_href_of(resource_type, &whole) {
            self.sheet.problem = Some(match href::check(&whole) {
                Err(reason) => format!("its resource `{}` is not an href: {reason}", shown(&whole)).into(),
                Ok(()) => format!("it is about a {resource_type}, but its resource is `{}`", shown(&whole)).into(),
            });
        }
        self.write_resource(Some(&whole));
    }

    fn write_resource(&mut self, href: Option<&str>) {
        const RESOURCE: &[u8] = b",\"resource\":";
        let Sheet { bytes, parts, href: place, stage, .. } = &mut *self.sheet;
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
            &mut self.sheet.bytes,
            &mut self.sheet.parts.linked,
            "linked-identifiers",
            href,
            href::MAX_HREF,
            &mut self.sheet.truncated,
        );
    }

    /// A free word.
    pub fn tag(&mut self, tag: &str) {
        self.reach(Stage::Tags);
        list_item(&mut self.sheet.bytes, &mut self.sheet.parts.tags, "tags", tag, MAX_TAG, &mut self.sheet.truncated);
    }

    /// One detail; an absent value is left out.
    pub fn detail(&mut self, name: &str, value: &dyn Record) {
        if value.is_absent() {
            return;
        }
        self.reach(Stage::Details);
        let (start, before) = (self.sheet.bytes.len(), self.sheet.parts.details);
        if before.is_empty() {
            self.sheet.bytes.extend_from_slice(DETAILS);
            self.sheet.parts.details = Part::new(self.sheet.bytes.len()..self.sheet.bytes.len());
        } else {
            self.sheet.bytes.push(b',');
        }
        json::string(&mut self.sheet.bytes, name);
        self.sheet.bytes.push(b':');
        self.sheet.truncated |= record::detail(&mut self.sheet.bytes, value);
        self.sheet.parts.details.end = self.sheet.bytes.len() as u32;
        match self.sheet.parts.details.len() {
            len @ ..=FREE => self.sheet.free = len,
            ..=MAX_PART => {}
            _ => {
                self.sheet.bytes.truncate(start);
                self.sheet.parts.details = before;
                self.sheet.truncated = true;
            }
        }
    }

    /// All details of a value that records itself as an object.
    pub fn details(&mut self, value: &dyn Record) {
        let mut object = Vec::new();
        self.sheet.truncated |= record::detail(&mut object, value);
        match object.as_slice() {
            [b'{', inner @ .., b'}'] => self.write_details(inner, if inner.len() <= FREE { inner.len() } else { 0 }),
            _ => {
                self.sheet.problem =
                    Some("its details are not an object: name each, or derive `Record` on a struct".into())
            }
        }
    }

    /// What a direct event's type says.
    pub(crate) fn recorded(&mut self, write: impl FnOnce(&mut Details<'_>)) {
        let mut inner = Vec::new();
        let mut details = Details::new(&mut inner);
        write(&mut details);
        self.sheet.truncated |= details.was_cut();
        let free = details.free();
        self.write_details(&inner, free);
    }

    fn write_details(&mut self, inner: &[u8], free: usize) {
        self.reach(Stage::Details);
        if inner.is_empty() {
            return;
        }
        self.sheet.bytes.extend_from_slice(DETAILS);
        let start = self.sheet.bytes.len();
        self.sheet.bytes.extend_from_slice(inner);
        self.sheet.parts.details = Part::new(start..self.sheet.bytes.len());
        self.sheet.free = free;
    }

    /// Gives back memory that is reserved and not used, before something is waited for.
    pub(crate) fn shrink(&mut self) {
        self.sheet.shrink();
    }

    /// How many bytes it has by now.
    pub(crate) fn len(&self) -> usize {
        self.sheet.bytes.len()
    }

    /// The argument that the payload keeps as the request.
    pub fn request(&mut self, _name: &str, value: &dyn Record) {
        self.reach(Stage::Payload);
        let start = self.sheet.bytes.len();
        self.sheet.bytes.extend_from_slice(b",\"payload\":{\"request\":");
        if record::whole_or_head(&mut self.sheet.bytes, value, self.payload_limit) {
            self.sheet.truncated = true;
            // What was thrown away must not stay reserved while the operation waits.
            self.sheet.bytes.shrink_to(self.sheet.bytes.len() + 512);
        }
        self.sheet.bytes.push(b'}');
        self.sheet.parts.payload = Part::new(start..self.sheet.bytes.len());
    }

    /// Writes what stands between the stage that was reached and this one.
    #[inline]
    fn reach(&mut self, stage: Stage) {
        debug_assert!(self.sheet.stage <= stage, "called in the order of the document");
        if self.sheet.stage < stage {
            self.advance(stage);
        }
    }

    fn advance(&mut self, stage: Stage) {
        if self.sheet.stage == Stage::Resource {
            self.write_resource(None);
        }
        if self.sheet.stage == Stage::Linked && stage > Stage::Linked {
            self.close_list(self.sheet.parts.linked);
            self.sheet.stage = Stage::Tags;
        }
        if self.sheet.stage == Stage::Tags && stage > Stage::Tags {
            self.close_list(self.sheet.parts.tags);
            self.write_lineage();
            self.sheet.message_at = self.sheet.bytes.len();
            if !self.plan.quotes_details {
                self.write_message();
            }
            self.sheet.stage = Stage::Details;
        }
        if self.sheet.stage == Stage::Details && stage > Stage::Details {
            if !self.sheet.parts.details.is_empty() {
                self.sheet.bytes.push(b'}');
            }
            if self.plan.quotes_details {
                self.write_message_before_details();
            }
            self.sheet.stage = Stage::Payload;
        }
    }

    fn close_list(&mut self, list: Part) {
        if !list.is_empty() {
            self.sheet.bytes.push(b']');
        }
    }

    fn write_lineage(&mut self) {
        let Identifiers { id, parent, root, process, deadline, .. } = self.identifiers;
        let direct = self.plan.spec.kind == EventKind::Direct;
        let Sheet { bytes: out, parts, .. } = &mut *self.sheet;
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

    /// Ends the document with the ACL that `write_acl` appends.
    #[inline]
    pub(crate) fn finish(mut self, write_acl: impl FnOnce(&mut Vec<u8>, &Context, &Plan), fallback: bool) -> Finished {
        self.reach(Stage::Payload);
        if self.sheet.truncated {
            self.mark_truncated();
        }
        let Self { plan, context, identifiers, mut sheet, .. } = self;
        let Sheet { bytes: out, parts, .. } = &mut *sheet;
        out.extend_from_slice(ACL);
        let start = out.len();
        write_acl(out, &context, &plan);
        parts.acl = Part::new(start..out.len());
        end(out, fallback, &context, plan.spec.version);
        let document = document::passing(out);
        if !parts.payload.is_empty() {
            out.drain(parts.payload.range());
            let acl = parts.acl.range();
            let len = parts.payload.len();
            parts.acl = Part::new(acl.start - len..acl.end - len);
        }
        sheet.shrink();
        let bytes = mem::replace(&mut sheet.bytes, spare::take_bytes());
        let kept = Kept { bytes, parts: sheet.parts, room: sheet.room.take() };
        scratch::give_back(sheet);
        Finished { plan, context, identifiers, document, kept }
    }

    /// Adds the tag that says that a cap cut something.
    fn mark_truncated(&mut self) {
        const TAG: &[u8] = b"\"truncated\"";
        let (at, text): (usize, Vec<u8>) = if self.sheet.parts.tags.is_empty() {
            // In front of `authn-info`.
            let found = self.sheet.bytes.windows(14).position(|window| window == b",\"authn-info\":");
            (found.unwrap_or(self.sheet.message_at), [b",\"tags\":[", TAG, b"]"].concat())
        } else {
            (self.sheet.parts.tags.range().end, [b",", TAG].concat())
        };
        let len = text.len();
        self.sheet.bytes.splice(at..at, text);
        self.sheet.parts.about.end += len as u32;
        self.sheet.parts.sentence.shift(len);
        self.sheet.parts.details.shift(len);
        self.sheet.parts.payload.shift(len);
        let tags = self.sheet.parts.tags.range();
        self.sheet.parts.tags =
            Part::new(if tags.start == tags.end { at + 9..at + len - 1 } else { tags.start..at + len });
    }
}

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
    let kept = json::prefix(item, cap);
    *truncated |= kept.len() < item.len();
    if list.range().len() + kept.len() > MAX_PART {
        *truncated = true;
        return;
    }
    if list.is_empty() {
        out.extend_from_slice(b",\"");
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(b"\":[");
        *list = Part::new(out.len()..out.len());
    } else {
        out.push(b',');
    }
    json::string(out, kept);
    list.end = out.len() as u32;
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
