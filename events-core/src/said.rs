//! What a handler says of its operation, for the closing.

use serde::{Deserialize, Serialize};
use tokio::sync::OwnedSemaphorePermit;

use crate::{
    closing::Created,
    id::EventId,
    identity::{Caller, Claim},
    journal::JournalError,
    json,
    manager::Shared,
    opening::MAX_LIST,
    record::{self, HEAD},
};

/// What was said so far. Most handlers say nothing, and pay for nothing.
#[derive(Debug, Default)]
pub(crate) enum Saying {
    #[default]
    Nothing,
    Something(Box<Said>),
    /// The operation has ended: what is said from now on comes too late.
    Ended,
}

impl Saying {
    /// What more can be added to; none once the operation has ended.
    pub(crate) fn more(&mut self) -> Option<&mut Said> {
        if matches!(self, Self::Nothing) {
            *self = Self::Something(Box::default());
        }
        match self {
            Self::Something(said) => Some(said),
            _ => None,
        }
    }

    /// Ends it. Answers what was said.
    pub(crate) fn end(&mut self) -> Option<Box<Said>> {
        match std::mem::replace(self, Self::Ended) {
            Self::Something(said) => Some(said),
            _ => None,
        }
    }
}

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
    pub(crate) message: Option<String>,
    pub(crate) identified: Option<Caller>,
    pub(crate) visible_to: Vec<Claim>,
    pub(crate) truncated: bool,
    /// What the handler of a deferred `add` added.
    pub(crate) created: Option<Created>,
    #[serde(skip)]
    pub(crate) room: Option<OwnedSemaphorePermit>,
}

/// Where nothing was said.
pub(crate) static NOTHING: Said = Said {
    linked: Vec::new(),
    tags: Vec::new(),
    details: Vec::new(),
    payload: Vec::new(),
    message: None,
    identified: None,
    visible_to: Vec::new(),
    truncated: false,
    created: None,
    room: None,
};

impl Said {
    /// Whether anything was said that a closing would carry.
    pub(crate) fn is_empty(&self) -> bool {
        let Self { linked, tags, details, payload, message, identified, visible_to, truncated, created, room: _ } =
            self;
        created.is_none()
            && linked.is_empty()
            && tags.is_empty()
            && details.is_empty()
            && payload.is_empty()
            && message.is_none()
            && identified.is_none()
            && visible_to.is_empty()
            && !truncated
    }

    /// As a note.
    pub(crate) fn write(&self) -> Vec<u8> {
        // Strings, and JSON that is written already: it cannot fail.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Gives back the room of a part of the payload that is about to be replaced.
    pub(crate) fn give_back_room(&mut self, name: &str) {
        let replaced = self.payload.iter().find(|(have, _)| have == json::prefix(name, MAX_NAME));
        let whole = replaced.filter(|(_, json)| json.len() > HEAD && !record::is_head(json));
        if let (Some((_, json)), Some(room)) = (whole, &mut self.room) {
            drop(room.split(json.len()));
        }
    }

    /// What was said first and what was said later, which counts where both say the same thing.
    pub(crate) fn and_then(mut self, later: Self) -> Self {
        for (name, json) in later.details {
            self.truncated |= put(&mut self.details, &name, json);
        }
        for (name, json) in later.payload {
            self.truncated |= put(&mut self.payload, &name, json);
        }
        let new = |list: &[String], more: Vec<String>| -> Vec<String> {
            more.into_iter().filter(|item| !list.contains(item)).collect()
        };
        let (linked, tags) = (new(&self.linked, later.linked), new(&self.tags, later.tags));
        self.linked.extend(linked);
        self.tags.extend(tags);
        self.visible_to.extend(later.visible_to);
        self.created = later.created.or(self.created);
        self.message = later.message.or(self.message);
        self.identified = later.identified.or(self.identified);
        self.truncated |= later.truncated;
        self
    }
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

/// Longest name of a detail or of a part of the payload, in bytes.
const MAX_NAME: usize = 256;

/// Adds a field or replaces its value. Answers whether a cap cut something.
pub(crate) fn put(fields: &mut Vec<(String, Vec<u8>)>, name: &str, mut json: Vec<u8>) -> bool {
    json.shrink_to_fit();
    let kept = json::prefix(name, MAX_NAME);
    let mut cut = kept.len() < name.len();
    match fields.iter().position(|(have, _)| have == kept) {
        Some(at) => fields[at].1 = json,
        None if fields.len() < MAX_LIST => fields.push((kept.to_owned(), json)),
        None => cut = true,
    }
    cut
}
