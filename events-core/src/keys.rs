//! The keys of an event: by what it can be found without reading it.
//!
//! One function derives them from a document, for every store: what is indexed, what is counted and what
//! a filter compares can therefore never differ.

use std::borrow::Cow;

use crate::{
    acl::{Acl, Right, Visibility},
    category::Severity,
    details::scalars,
    event::{Indexed, InvalidEvent, Phase, name},
    id::EventId,
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
    /// Its keys; each once, in no particular order.
    pub keys: Vec<Key<'d>>,
    /// Who may see it: see [`Keys::viewers`].
    pub acl: Acl,
}

impl<'d> Keys<'d> {
    /// Derives the keys of a document.
    ///
    /// # Errors
    /// The document is not an event.
    pub fn of(document: &'d [u8]) -> Result<Self, InvalidEvent> {
        let event: Indexed<'d> = serde_json::from_slice(document)?;
        let mut keys: Vec<Key<'d>> = Vec::with_capacity(48);
        let name = match name(&event.event_type, event.phase) {
            Cow::Borrowed(name) if name.len() == event.event_type.len() => event.event_type.clone(),
            name => Cow::Owned(name.into_owned()),
        };
        let texts = event.message.iter().chain(&event.tags).map(|text| &text.0);
        for text in texts.chain([&name]) {
            match text {
                Cow::Borrowed(text) => {
                    words(text, &mut |word| keys.push(Key { attribute: Attribute::Word, value: word }))
                }
                Cow::Owned(text) => words(text, &mut |word| {
                    keys.push(Key { attribute: Attribute::Word, value: Cow::Owned(word.into_owned()) });
                }),
            }
        }
        once_each(&mut keys, 0);
        let mut put = |attribute, value| keys.push(Key { attribute, value });
        put(Attribute::Name, name);
        put(Attribute::EventType, event.event_type);
        put(Attribute::Phase, Cow::Borrowed(event.phase.as_str()));
        put(Attribute::Category, event.category);
        put(Attribute::Severity, Cow::Borrowed(Severity::as_str(event.severity)));
        put(Attribute::ResourceType, event.resource.resource_type);
        if let Some(success) = event.success {
            put(Attribute::Outcome, Cow::Borrowed(if success { Phase::Completed } else { Phase::Failed }.as_str()));
        }
        if let Some(failure) = event.failure {
            put(Attribute::Reason, Cow::Borrowed(failure.reason.as_str()));
        }
        let optional = [
            (Attribute::Href, event.resource.href),
            (Attribute::User, event.authn_info.user_id),
            (Attribute::ActiveClaim, event.authn_info.active_claim),
            (Attribute::Session, event.authn_info.session_id),
            (Attribute::Root, event.root),
            (Attribute::Parent, event.parent),
        ];
        for (attribute, value) in optional {
            if let Some(value) = value {
                put(attribute, value.0);
            }
        }
        let repeatable = keys.len();
        let mut put = |attribute, value| keys.push(Key { attribute, value });
        let lists = [
            (Attribute::Claim, event.authn_info.claims),
            (Attribute::Linked, event.linked_identifiers),
            (Attribute::Tag, event.tags),
        ];
        for (attribute, values) in lists {
            values.into_iter().for_each(|value| put(attribute.clone(), value.0));
        }
        if let Some(details) = event.details {
            scalars(details, &mut |path, text| put(Attribute::Detail(path.to_owned()), text))?;
        }
        once_each(&mut keys, repeatable);
        Ok(Self { id: event.id, timestamp: event.timestamp, keys, acl: event.acl })
    }

    /// The same, independent of the document.
    pub fn into_owned(self) -> Keys<'static> {
        let owned = |key: Key<'d>| Key { attribute: key.attribute, value: Cow::Owned(key.value.into_owned()) };
        Keys { id: self.id, timestamp: self.timestamp, keys: self.keys.into_iter().map(owned).collect(), acl: self.acl }
    }

    /// The claims that see at least the data, each once, and those that see only the common attributes.
    pub fn viewers(&self) -> Viewers<'_> {
        let who = |right| {
            let mut claims: Vec<&str> = self.acl.who(right).map(|claim| claim.as_str()).collect();
            claims.sort_unstable();
            claims.dedup();
            claims
        };
        let data = who(Right::ViewData);
        let mut meta = who(Right::ViewMeta);
        meta.retain(|claim| data.binary_search(claim).is_err());
        Viewers { data, meta }
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

/// Who sees an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewers<'k> {
    /// At least its data.
    pub data: Vec<&'k str>,
    /// Only the common attributes.
    pub meta: Vec<&'k str>,
}

/// Removes what is twice among the keys from `start` on.
fn once_each(keys: &mut Vec<Key<'_>>, start: usize) {
    keys[start..].sort_unstable();
    // No key in front is equal to one behind: their attributes differ.
    keys.dedup();
}

/// The words of a text: runs of letters and digits, lower case. Most are so already and stay borrowed.
///
/// Of a UUID the first and the last group are words. Those in between say nothing on their own, and as
/// keys they would weigh more than all other words.
pub fn words<'t>(text: &'t str, put: &mut dyn FnMut(Cow<'t, str>)) {
    let is_lower_case = |word: &str| word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let mut word = |word: &'t str| {
        put(if is_lower_case(word) { Cow::Borrowed(word) } else { Cow::Owned(word.to_lowercase()) });
    };
    let mut rest = text;
    while let Some(start) = rest.find(char::is_alphanumeric) {
        rest = &rest[start..];
        if starts_with_uuid(rest) {
            word(&rest[..8]);
            word(&rest[24..36]);
            rest = &rest[36..];
            continue;
        }
        let end = rest.find(|character: char| !character.is_alphanumeric()).unwrap_or(rest.len());
        word(&rest[..end]);
        rest = &rest[end..];
    }
}

fn starts_with_uuid(text: &str) -> bool {
    let Some((uuid, _)) = text.as_bytes().split_first_chunk::<36>() else { return false };
    uuid[8] == b'-'
        && uuid.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
        && !text[36..].starts_with(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outer_groups_of_a_uuid_are_words() {
        let words_of = |text: &'static str| {
            let mut found = Vec::new();
            words(text, &mut |word| found.push(word.into_owned()));
            found
        };
        let uuid = "a0c00679-6984-45f7-8681-1055c91cfe08";
        assert_eq!(
            words_of("Reboot of job/a0c00679-6984-45F7-8681-1055c91cfe08."),
            ["reboot", "of", "job", &uuid[..8], &uuid[24..]]
        );
        assert_eq!(words_of("2024-05-01-a0c0"), ["2024", "05", "01", "a0c0"]);
        assert_eq!(words_of("a0c00679-6984-45f7-8681-1055c91cfe08é").len(), 5, "longer than a UUID");
        assert_eq!(words_of("Änderung, Größe"), ["änderung", "größe"]);
    }
}
