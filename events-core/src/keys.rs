//! The keys of an event: by what it can be found without reading it.
//!
//! One function derives them from a document, for every store: what is indexed, what is counted and what
//! a filter compares can therefore never differ.

use std::borrow::Cow;

use crate::{
    acl::{Acl, Visibility},
    event::InvalidEvent,
    id::EventId,
    key_source::KeySource,
    timestamp::Timestamp,
};

/// Longest tag that is stored, in bytes.
pub(crate) const MAX_TAG: usize = 512;

/// An attribute that has keys.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Attribute {
    /// `resource.href`.
    Href,
    /// `resource.type`.
    ResourceType,
    /// `event-type`.
    EventType,
    /// `phase`.
    Phase,
    /// The name that older consumers match.
    Name,
    /// `category`.
    Category,
    /// `severity`.
    Severity,
    /// `completed` or `failed`, of closings and of posted events that say whether they succeeded.
    Outcome,
    /// `failure.reason`.
    Reason,
    /// `authn-info.user-id`.
    User,
    /// `authn-info.active-claim`.
    ActiveClaim,
    /// `authn-info.session-id`.
    Session,
    /// One of `authn-info.claims`.
    Claim,
    /// `root`.
    Root,
    /// `parent`.
    Parent,
    /// One of `linked-identifiers`.
    Linked,
    /// One of `tags`.
    Tag,
    /// A scalar detail, by its path: `details.<path>`; nested objects with dots, any element of an array.
    /// A dot inside a name is not told apart from nesting.
    Detail(String),
    /// A word of the full-text attributes: name, message, tags.
    Word,
}

impl Attribute {
    /// How much one has to see of an event for a filter on this attribute to find it.
    pub fn visible_from(&self) -> Visibility {
        match self {
            Self::Name | Self::Tag | Self::Word | Self::Parent => Visibility::Meta,
            _ => Visibility::Data,
        }
    }

    /// A number that tells the attribute apart in stored keys; never changes its meaning.
    pub fn code(&self) -> u8 {
        match self {
            Self::Href => 1,
            Self::ResourceType => 2,
            Self::EventType => 3,
            Self::Phase => 4,
            Self::Name => 5,
            Self::Category => 6,
            Self::Severity => 7,
            Self::Outcome => 8,
            Self::Reason => 9,
            Self::User => 10,
            Self::ActiveClaim => 11,
            Self::Session => 12,
            Self::Claim => 13,
            Self::Root => 14,
            Self::Parent => 15,
            Self::Linked => 16,
            Self::Tag => 17,
            Self::Detail(_) => 18,
            Self::Word => 19,
        }
    }
}

/// One key of an event.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key<'d> {
    /// The attribute.
    pub attribute: Attribute,
    /// Its value.
    pub value: Cow<'d, str>,
}

/// Everything that indexing an event takes.
#[derive(Clone, Debug)]
pub struct Keys<'d> {
    /// The event's id.
    pub id: EventId,
    /// When it happened: the first part of every order.
    pub timestamp: Timestamp,
    /// When it was handed to the store.
    pub created: Option<Timestamp>,
    /// Its keys; each once, in no particular order.
    pub keys: Vec<Key<'d>>,
    /// Who may see it.
    pub acl: Acl,
}

impl<'d> Keys<'d> {
    /// Derives the keys of a document.
    ///
    /// # Errors
    /// The document is not an event.
    pub fn of(document: &'d [u8]) -> Result<Self, InvalidEvent> {
        let source = KeySource::read(document)?;
        let mut keys = Vec::with_capacity(48);
        source.caller_keys(|key| keys.push(key))?;
        source.kind_keys(|key| keys.push(key));
        source.details_keys(|key| keys.push(key))?;
        source.own_keys(|key| keys.push(key));
        keys.sort_unstable();
        keys.dedup();
        Ok(Self { id: source.id(), timestamp: source.timestamp(), created: source.created(), keys, acl: source.acl()? })
    }

    /// The same, independent of the document.
    pub fn into_owned(self) -> Keys<'static> {
        let owned = |key: Key<'d>| Key { attribute: key.attribute, value: Cow::Owned(key.value.into_owned()) };
        let Keys { id, timestamp, created, keys, acl } = self;
        Keys { id, timestamp, created, keys: keys.into_iter().map(owned).collect(), acl }
    }

    /// Whether the event has this key.
    pub fn has(&self, attribute: &Attribute, value: &str) -> bool {
        self.values(attribute).any(|have| have == value)
    }

    /// The values of an attribute.
    pub fn values<'k>(&'k self, attribute: &'k Attribute) -> impl Iterator<Item = &'k str> {
        self.keys.iter().filter(move |key| key.attribute == *attribute).map(|key| &*key.value)
    }
}
