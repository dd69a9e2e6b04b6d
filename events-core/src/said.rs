//! What a handler says of its operation, for the closing.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{
    closing::Created,
    href::MAX_HREF,
    id::EventId,
    identity::{Caller, Claim},
    journal::JournalError,
    json,
    keys::MAX_TAG,
    manager::Shared,
    opening::MAX_LIST,
    payload_room::{FREE, MAX_PART, Reserved},
    record::{self, MAX_DETAIL_STRING},
};

/// What was said about an operation while it ran. Of a deferred one it is written into a note.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub(crate) struct Said {
    pub(crate) linked: Vec<String>,
    pub(crate) tags: Vec<String>,
    /// Name and JSON.
    #[serde(with = "written")]
    pub(crate) details: Vec<(String, Vec<u8>)>,
    #[serde(with = "written")]
    pub(crate) payload: Vec<(String, Vec<u8>)>,
    /// What the resource is like.
    pub(crate) content: Option<Box<RawValue>>,
    pub(crate) message: Option<String>,
    pub(crate) identified: Option<Caller>,
    pub(crate) visible_to: Vec<Claim>,
    pub(crate) truncated: bool,
    /// What the handler of a deferred `add` added.
    pub(crate) created: Option<Created>,
    /// Bytes of all of it but who acted.
    #[serde(skip)]
    size: usize,
    #[serde(skip)]
    pub(crate) room: Option<Reserved>,
}

/// Where nothing was said.
pub(crate) static NOTHING: Said = Said {
    linked: Vec::new(),
    tags: Vec::new(),
    details: Vec::new(),
    payload: Vec::new(),
    content: None,
    message: None,
    identified: None,
    visible_to: Vec::new(),
    truncated: false,
    created: None,
    size: 0,
    room: None,
};

/// Longest name of a detail or of a part of the payload, in bytes.
const MAX_NAME: usize = 256;

/// Everything said is bounded, each part of it by itself and all of it by the room there is: what does not fit is
/// left out, and the event says so. Each of these answers whether something was cut. `shared` has the room; without
/// it what is said is somebody else's memory.
impl Said {
    /// Whether anything was said that a closing would carry.
    pub(crate) fn is_empty(&self) -> bool {
        let Self {
            linked, tags, details, payload, content, message, identified, visible_to, truncated, created, ..
        } = self;
        created.is_none()
            && content.is_none()
            && linked.is_empty()
            && tags.is_empty()
            && details.is_empty()
            && payload.is_empty()
            && message.is_none()
            && identified.is_none()
            && visible_to.is_empty()
            && !truncated
    }

    /// Another resource that was touched.
    pub(crate) fn link(&mut self, href: &str, shared: Option<&Shared>) -> bool {
        self.list(|said| &mut said.linked, href, MAX_HREF, shared)
    }

    /// A free word.
    pub(crate) fn tag(&mut self, tag: &str, shared: Option<&Shared>) -> bool {
        self.list(|said| &mut said.tags, tag, MAX_TAG, shared)
    }

    fn list(&mut self, list: List, item: &str, cap: usize, shared: Option<&Shared>) -> bool {
        let kept = json::prefix(item, cap);
        let mut cut = kept.len() < item.len();
        let items = list(self);
        if !items.iter().any(|have| have == kept) {
            let all: usize = items.iter().map(String::len).sum();
            let fits = items.len() < MAX_LIST && all + kept.len() <= MAX_PART;
            if fits && self.resize(0, kept.len(), shared) {
                list(self).push(kept.to_owned());
            } else {
                cut = true;
            }
        }
        self.mark(cut)
    }

    /// A detail as JSON, in place of an earlier one of this name.
    pub(crate) fn detail(&mut self, name: &str, json: Vec<u8>, shared: Option<&Shared>) -> bool {
        let (kept, cut) = name_of(name);
        let left_out = self.put(|said| &mut said.details, kept, json, MAX_PART, shared).is_err();
        self.mark(cut || left_out)
    }

    /// A part of the payload as JSON, in place of an earlier one of this name; where all of it has no room, its head.
    pub(crate) fn payload(&mut self, name: &str, json: Vec<u8>, limit: usize, shared: Option<&Shared>) -> bool {
        let (kept, mut cut) = name_of(name);
        let most = if record::is_head(&json) { limit.max(MAX_PART) } else { limit };
        if let Err(json) = self.put(|said| &mut said.payload, kept, json, most, shared) {
            cut = true;
            let head = if record::is_head(&json) { json } else { record::head(&json, json.len() as u64) };
            // Left out altogether where not even that fits.
            let _ = self.put(|said| &mut said.payload, kept, head, limit.max(MAX_PART), shared);
        }
        self.mark(cut)
    }

    /// What the resource is like, as JSON, in place of what was said before; where it has no room, its head.
    pub(crate) fn content(&mut self, json: Vec<u8>, shared: Option<&Shared>) -> bool {
        let before = self.content.take().map_or(0, |content| content.get().len());
        let whole = self.resize(before, json.len(), shared);
        let kept = match whole {
            true => json,
            false if record::is_head(&json) => json,
            false => record::head(&json, json.len() as u64),
        };
        if whole || self.resize(before, kept.len(), shared) {
            // It was written as JSON.
            self.content = String::from_utf8(kept).ok().and_then(|json| RawValue::from_string(json).ok());
        } else {
            self.resize(before, 0, shared);
        }
        self.mark(!whole)
    }

    /// Puts a field among others that have `most` bytes together, or gives it back; an earlier one is gone either way.
    fn put(
        &mut self,
        fields: Fields,
        name: &str,
        mut json: Vec<u8>,
        most: usize,
        shared: Option<&Shared>,
    ) -> Result<(), Vec<u8>> {
        json.shrink_to_fit();
        let size = |(name, json): &(String, Vec<u8>)| name.len() + json.len();
        let (at, before) = match fields(self).iter().position(|(have, _)| have == name) {
            Some(at) => (at, size(&fields(self).remove(at))),
            None => (fields(self).len(), 0),
        };
        let others: usize = fields(self).iter().map(size).sum();
        let new = name.len() + json.len();
        let fits = fields(self).len() < MAX_LIST && others + new <= most;
        if fits && self.resize(before, new, shared) {
            fields(self).insert(at, (name.to_owned(), json));
            return Ok(());
        }
        self.resize(before, 0, shared);
        Err(json)
    }

    /// The sentence of the closing.
    pub(crate) fn message(&mut self, message: &str, shared: Option<&Shared>) -> bool {
        let kept = json::prefix(message, MAX_DETAIL_STRING);
        let mut cut = kept.len() < message.len();
        let before = self.message.take().map_or(0, |message| message.len());
        if self.resize(before, kept.len(), shared) {
            self.message = Some(kept.to_owned());
        } else {
            self.resize(before, 0, shared);
            cut = true;
        }
        self.mark(cut)
    }

    /// Somebody else who may see the closing.
    pub(crate) fn visible_to(&mut self, claim: Claim, shared: Option<&Shared>) -> bool {
        if self.visible_to.contains(&claim) {
            return false;
        }
        let fits = self.visible_to.len() < MAX_LIST;
        let kept = fits && self.resize(0, claim.as_str().len(), shared);
        if kept {
            self.visible_to.push(claim);
        }
        self.mark(!kept)
    }

    /// Notes that something was cut.
    pub(crate) fn mark(&mut self, cut: bool) -> bool {
        self.truncated |= cut;
        cut
    }

    /// What had `from` bytes has `to`: takes room for what all of it has beyond the free bytes, or gives room back.
    fn resize(&mut self, from: usize, to: usize, shared: Option<&Shared>) -> bool {
        // What comes from a note has no size, and takes no room.
        let size = (self.size + to).saturating_sub(from);
        let needed = size.saturating_sub(FREE);
        let have = self.room.as_ref().map_or(0, Reserved::bytes);
        if let Some(shared) = shared
            && needed > have
        {
            let Some(more) = shared.room_to_stay(needed - have) else { return false };
            match &mut self.room {
                Some(room) => room.add(more),
                none => *none = Some(more),
            }
        } else if let Some(room) = &mut self.room {
            room.shrink_to(needed);
        }
        self.size = size;
        true
    }

    /// As a note.
    pub(crate) fn write(&self) -> Vec<u8> {
        // Strings, and JSON that is written already: it cannot fail.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// What was said first and what was said later, which counts where both say the same thing.
    pub(crate) fn and_then(mut self, later: Self) -> Self {
        for (name, json) in later.details {
            self.detail(&name, json, None);
        }
        for (name, json) in later.payload {
            self.payload(&name, json, usize::MAX, None);
        }
        for href in &later.linked {
            self.link(href, None);
        }
        for tag in &later.tags {
            self.tag(tag, None);
        }
        for claim in later.visible_to {
            self.visible_to(claim, None);
        }
        self.created = later.created.or(self.created);
        self.content = later.content.or(self.content);
        self.message = later.message.or(self.message);
        self.identified = later.identified.or(self.identified);
        self.truncated |= later.truncated;
        self
    }
}

type List = fn(&mut Said) -> &mut Vec<String>;
type Fields = fn(&mut Said) -> &mut Vec<(String, Vec<u8>)>;

/// A name as it is kept, and whether that is cut.
fn name_of(name: &str) -> (&str, bool) {
    let kept = json::prefix(name, MAX_NAME);
    (kept, kept.len() < name.len())
}

impl Shared {
    /// What the handler of a deferred operation said.
    pub(crate) fn said(&self, operation: EventId) -> Result<Said, JournalError> {
        // Where it waits first: once it is not there any more, the journal has it.
        let note = match self.queue.note(operation) {
            None => self.journal.note(operation)?,
            waiting => waiting,
        };
        let Some(note) = note else { return Ok(Said::default()) };
        Ok(serde_json::from_slice(&note).unwrap_or_else(|error| {
            tracing::error!(%operation, %error, "what its handler said cannot be read");
            Said::default()
        }))
    }
}

/// Names with JSON that is written already.
mod written {
    use serde::{Deserialize, Deserializer, Serializer, ser::Error};
    use serde_json::value::RawValue;

    pub(super) fn serialize<S: Serializer>(fields: &[(String, Vec<u8>)], serializer: S) -> Result<S::Ok, S::Error> {
        let fields: Result<Vec<(&str, &RawValue)>, _> =
            fields.iter().map(|(name, json)| Ok((name.as_str(), serde_json::from_slice(json)?))).collect();
        let fields = fields.map_err(|error: serde_json::Error| S::Error::custom(error))?;
        serializer.collect_seq(fields)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<(String, Vec<u8>)>, D::Error> {
        let fields = Vec::<(String, Box<RawValue>)>::deserialize(deserializer)?;
        Ok(fields.into_iter().map(|(name, json)| (name, String::from(Box::<str>::from(json)).into_bytes())).collect())
    }
}
