//! Reading a document for the keys it has.
//!
//! Some parts of documents are the same in many of them: who acted, the ACL, the kind of event, often the
//! details. A store that indexes millions of events derives the keys of such a part once and remembers them.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::{
    acl::Acl,
    category::Severity,
    details::scalars,
    event::{InvalidEvent, Phase, name},
    id::EventId,
    keys::{Attribute, Key},
    outcome::Reason,
    timestamp::Timestamp,
    words::words,
};

mod canonical;

/// A document that is read for its keys. [`Keys::of`](crate::Keys::of) puts them together.
///
/// ```
/// use events_core::{Attribute, KeySource};
///
/// let document = br#"{"id":"event/0192f3a4-5b6c-7d8e-9f01-23456789abce","event-type":"job.add","phase":"occurred",
///     "category":"crud","severity":"low","timestamp":"2026-11-24T10:00:00.000Z","resource":{"type":"job"},
///     "authn-info":{"user-id":"user/jane"},"acl":{"owners":["user/jane"]}}"#;
/// let source = KeySource::read(document)?;
/// assert_eq!(source.caller(), r#"{"user-id":"user/jane"}"#);
/// let mut found = Vec::new();
/// source.caller_keys(|key| found.push((key.attribute, key.value)))?;
/// assert_eq!(found, [(Attribute::User, "user/jane".into())]);
/// # Ok::<(), events_core::InvalidEvent>(())
/// ```
#[derive(Debug)]
pub struct KeySource<'d>(Parts<'d>);

impl<'d> KeySource<'d> {
    /// Reads a document.
    ///
    /// # Errors
    /// It is not an event. What is wrong with its caller, its ACL and its details is found when they are asked for.
    pub fn read(document: &'d [u8]) -> Result<Self, InvalidEvent> {
        match canonical::read(document) {
            Some(parts) => Ok(Self(parts)),
            None => Ok(Self(serde_json::from_slice(document)?)),
        }
    }

    /// The id.
    pub fn id(&self) -> EventId {
        self.0.id
    }

    /// When it happened.
    pub fn timestamp(&self) -> Timestamp {
        self.0.timestamp
    }

    /// When it was handed to the store.
    pub fn created(&self) -> Option<Timestamp> {
        self.0.created
    }

    /// What it is to its operation.
    pub fn phase(&self) -> Phase {
        self.0.phase
    }

    /// Who acted, as it is written: JSON.
    pub fn caller(&self) -> &'d str {
        self.0.authn_info
    }

    /// The ACL, as it is written: JSON.
    pub fn written_acl(&self) -> &'d str {
        self.0.acl
    }

    /// The ACL.
    ///
    /// # Errors
    /// It is none.
    pub fn acl(&self) -> Result<Acl, InvalidEvent> {
        Ok(serde_json::from_str(self.written_acl())?)
    }

    /// Calls `put` with the keys that come from the caller and from nothing else: what is equal in
    /// [`caller`](Self::caller) has equal ones. A key may come twice.
    ///
    /// # Errors
    /// There is no caller there.
    pub fn caller_keys(&self, mut put: impl FnMut(Key<'d>)) -> Result<(), InvalidEvent> {
        let caller: Caller<'d> = serde_json::from_str(self.caller())?;
        let one = [
            (Attribute::User, caller.user_id),
            (Attribute::ActiveClaim, caller.active_claim),
            (Attribute::Session, caller.session_id),
        ];
        for (attribute, value) in one {
            if let Some(Text(value)) = value {
                put(Key { attribute, value });
            }
        }
        caller.claims.into_iter().for_each(|Text(value)| put(Key { attribute: Attribute::Claim, value }));
        Ok(())
    }

    /// What kind of event it is: event type, phase, category, severity and resource type; and the name it was posted
    /// with, which nearly all events do not have.
    pub fn kind(&self) -> [&str; 6] {
        let Parts { event_type, phase, category, severity, resource, name, .. } = &self.0;
        let name = name.as_ref().map_or("", |Text(name)| name);
        [event_type, phase.as_str(), category, severity.as_str(), &resource.resource_type, name]
    }

    /// Calls `put` with the keys that come from [`kind`](Self::kind) and from nothing else. A key may come twice.
    pub fn kind_keys(&self, mut put: impl FnMut(Key<'d>)) {
        let parts = &self.0;
        let mut put = |attribute, value| put(Key { attribute, value });
        let name = match (&parts.name, &parts.event_type) {
            (Some(Text(posted)), _) => posted.clone(),
            (None, Cow::Borrowed(event_type)) => name(event_type, parts.phase),
            (None, Cow::Owned(event_type)) => Cow::Owned(name(event_type, parts.phase).into_owned()),
        };
        put_words(&name, &mut put);
        put(Attribute::Name, name);
        put(Attribute::EventType, parts.event_type.clone());
        put(Attribute::Phase, Cow::Borrowed(parts.phase.as_str()));
        put(Attribute::Category, parts.category.clone());
        put(Attribute::Severity, Cow::Borrowed(parts.severity.as_str()));
        put(Attribute::ResourceType, parts.resource.resource_type.clone());
    }

    /// The details, as they are written: JSON.
    pub fn written_details(&self) -> Option<&'d str> {
        self.0.details
    }

    /// Calls `put` with the keys that come from the details and from nothing else. A key may come twice.
    ///
    /// # Errors
    /// The details cannot be read.
    pub fn details_keys(&self, mut put: impl FnMut(Key<'d>)) -> Result<(), InvalidEvent> {
        if let Some(details) = self.0.details {
            scalars(details, &mut |path, value| put(Key { attribute: Attribute::Detail(path.to_owned()), value }))?;
        }
        Ok(())
    }

    /// Calls `put` with all other keys. A key may come twice.
    pub fn own_keys(&self, mut put: impl FnMut(Key<'d>)) {
        let parts = &self.0;
        let mut put = |attribute, value| put(Key { attribute, value });
        parts.message.iter().chain(&parts.tags).for_each(|Text(text)| put_words(text, &mut put));
        if let Some(success) = parts.success {
            put(Attribute::Outcome, Cow::Borrowed(if success { Phase::Completed } else { Phase::Failed }.as_str()));
        }
        if let Some(failure) = &parts.failure {
            put(Attribute::Reason, Cow::Borrowed(failure.reason.as_str()));
        }
        let optional = [
            (Attribute::Href, &parts.resource.href),
            (Attribute::Root, &parts.root),
            (Attribute::Parent, &parts.parent),
        ];
        for (attribute, value) in optional {
            if let Some(Text(value)) = value {
                put(attribute, value.clone());
            }
        }
        for (attribute, values) in [(Attribute::Linked, &parts.linked_identifiers), (Attribute::Tag, &parts.tags)] {
            values.iter().for_each(|Text(value)| put(attribute.clone(), value.clone()));
        }
    }
}

#[expect(clippy::ptr_arg, reason = "what it borrows lives as long as the document")]
fn put_words<'d>(text: &Cow<'d, str>, put: &mut dyn FnMut(Attribute, Cow<'d, str>)) {
    match text {
        Cow::Borrowed(text) => words(text, &mut |word| put(Attribute::Word, word)),
        Cow::Owned(text) => words(text, &mut |word| put(Attribute::Word, Cow::Owned(word.into_owned()))),
    }
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Parts<'d> {
    id: EventId,
    #[serde(borrow)]
    event_type: Cow<'d, str>,
    phase: Phase,
    #[serde(borrow)]
    category: Cow<'d, str>,
    severity: Severity,
    timestamp: Timestamp,
    #[serde(default)]
    created: Option<Timestamp>,
    #[serde(borrow)]
    resource: AboutResource<'d>,
    #[serde(borrow, default)]
    linked_identifiers: Vec<Text<'d>>,
    #[serde(borrow, default)]
    tags: Vec<Text<'d>>,
    #[serde(borrow, deserialize_with = "written")]
    authn_info: &'d str,
    #[serde(borrow, default)]
    parent: Option<Text<'d>>,
    #[serde(borrow, default)]
    root: Option<Text<'d>>,
    #[serde(default)]
    success: Option<bool>,
    #[serde(default)]
    failure: Option<Failure>,
    #[serde(borrow, default)]
    message: Option<Text<'d>>,
    #[serde(borrow, default, deserialize_with = "written_if_any")]
    details: Option<&'d str>,
    #[serde(borrow, deserialize_with = "written")]
    acl: &'d str,
    #[serde(borrow, default)]
    name: Option<Text<'d>>,
}

/// JSON as it is written.
fn written<'de: 'd, 'd, D: Deserializer<'de>>(deserializer: D) -> Result<&'d str, D::Error> {
    <&'de RawValue>::deserialize(deserializer).map(RawValue::get)
}

fn written_if_any<'de: 'd, 'd, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'d str>, D::Error> {
    Option::<&'de RawValue>::deserialize(deserializer).map(|written| written.map(RawValue::get))
}

/// A string that borrows from the document unless it has escapes.
#[derive(Debug, PartialEq, Deserialize)]
struct Text<'d>(#[serde(borrow)] Cow<'d, str>);

#[derive(Debug, PartialEq, Deserialize)]
struct AboutResource<'d> {
    #[serde(borrow, default)]
    href: Option<Text<'d>>,
    #[serde(borrow, rename = "type")]
    resource_type: Cow<'d, str>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Caller<'d> {
    #[serde(borrow, default)]
    user_id: Option<Text<'d>>,
    #[serde(borrow, default)]
    active_claim: Option<Text<'d>>,
    #[serde(borrow, default)]
    session_id: Option<Text<'d>>,
    #[serde(borrow, default)]
    claims: Vec<Text<'d>>,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Failure {
    reason: Reason,
}
