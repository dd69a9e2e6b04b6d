//! The attributes that filters, orders, selections and aggregations name: one table for all of them.

use std::{borrow::Cow, fmt};

use super::values;
use crate::{
    acl::Visibility,
    keys::{Attribute, Keys},
};

/// An attribute of an event by the path that people write: `category`, `details/new-state`, `resource.href`.
///
/// Names are separated by `/` or by `.`, the paths of the older document shape mean what they are now called,
/// and every path is one: what no event has, or what is not indexed (`payload`, `resource/content`), counts as
/// missing everywhere.
///
/// ```
/// use events_core::Field;
///
/// assert_eq!(Field::at("content/resource/href"), Field::at("resource.href"));
/// assert_eq!(Field::at("content/state").path(), "details.new-state");
/// assert!(!Field::at("payload/request").is_known());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Field {
    path: Cow<'static, str>,
    kind: FieldKind,
    keys: Option<Attribute>,
    visible_from: Visibility,
}

/// What the values of an attribute are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FieldKind {
    /// Strings.
    Text,
    /// Integers.
    Integer,
    /// Points in time.
    Instant,
    /// Booleans.
    Boolean,
    /// Whatever the details of an event are; each value counts as its text, and as a number or a point in time
    /// where its text reads as one.
    Detail,
    /// The words of the full-text attributes: name, message, tags.
    Words,
    /// There is none.
    Missing,
}

/// What stands under which path of the document, whether it has keys, and from where it is seen.
static TABLE: [(&str, FieldKind, Option<Attribute>, Visibility); 42] = {
    use Attribute::*;
    use FieldKind::{Boolean, Instant, Integer, Text, Words};
    use Visibility::{Data, Everything, Meta};
    [
        ("id", Text, None, Meta),
        ("resource-type", Text, None, Meta),
        ("event-type", Text, Some(EventType), Data),
        ("phase", Text, Some(Phase), Data),
        ("category", Text, Some(Category), Data),
        ("subcategory", Text, None, Data),
        ("severity", Text, Some(Severity), Data),
        ("timestamp", Instant, None, Meta),
        ("created", Instant, None, Meta),
        ("resource.href", Text, Some(Href), Data),
        ("resource.type", Text, Some(ResourceType), Data),
        ("linked-identifiers", Text, Some(Linked), Data),
        ("tags", Text, Some(Tag), Meta),
        ("authn-info.user-id", Text, Some(User), Data),
        ("authn-info.active-claim", Text, Some(ActiveClaim), Data),
        ("authn-info.session-id", Text, Some(Session), Data),
        ("authn-info.claims", Text, Some(Claim), Data),
        ("parent", Text, Some(Parent), Meta),
        ("root", Text, Some(Root), Data),
        ("process", Text, None, Data),
        ("deadline", Instant, None, Data),
        ("success", Boolean, Some(Outcome), Data),
        ("failure.reason", Text, Some(Reason), Data),
        ("failure.status", Integer, None, Data),
        ("failure.message", Text, None, Data),
        ("duration-ms", Integer, None, Data),
        ("message", Text, None, Meta),
        ("acl.owners", Text, None, Everything),
        ("acl.view-meta", Text, None, Everything),
        ("acl.view-data", Text, None, Everything),
        ("acl.view-acl", Text, None, Everything),
        ("acl.edit-meta", Text, None, Everything),
        ("acl.edit-data", Text, None, Everything),
        ("acl.edit-acl", Text, None, Everything),
        ("acl.manage", Text, None, Everything),
        ("acl.delete", Text, None, Everything),
        ("acl-fallback", Boolean, None, Data),
        ("traceparent", Text, None, Data),
        ("version", Integer, None, Data),
        ("legacy-id", Text, None, Data),
        ("name", Text, Some(Name), Meta),
        ("fulltext", Words, Some(Word), Meta),
    ]
};

/// What is found under two paths: the path of the older document shape, and that of the table.
const ALIASES: [(&str, &str); 5] = [
    ("content.resource.href", "resource.href"),
    ("content.state", "details.new-state"),
    ("content.linked-identifiers", "linked-identifiers"),
    ("description", "message"),
    ("updated", "created"),
];

const DETAILS: &str = "details.";

impl Field {
    /// The attribute under a path.
    pub fn at(path: &str) -> Self {
        let path = path.replace('/', ".");
        let path = ALIASES.iter().find(|(older, _)| *older == path).map_or(path.as_str(), |(_, now)| now);
        if let Some((path, kind, keys, visible_from)) = TABLE.iter().find(|(known, ..)| *known == path) {
            return Self { path: Cow::Borrowed(path), kind: *kind, keys: keys.clone(), visible_from: *visible_from };
        }
        let keys =
            path.strip_prefix(DETAILS).filter(|name| !name.is_empty()).map(|name| Attribute::Detail(name.into()));
        let kind = if keys.is_some() { FieldKind::Detail } else { FieldKind::Missing };
        Self { path: Cow::Owned(path.to_owned()), kind, keys, visible_from: Visibility::Data }
    }

    /// Its path in the document, with dots.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What its values are.
    pub fn kind(&self) -> FieldKind {
        self.kind
    }

    /// The keys that serve it, where there are any.
    pub fn keys(&self) -> Option<&Attribute> {
        self.keys.as_ref()
    }

    /// Whether an event can have it.
    pub fn is_known(&self) -> bool {
        self.kind != FieldKind::Missing
    }

    /// How much one has to see of an event for this attribute to say anything.
    pub fn visible_from(&self) -> Visibility {
        self.visible_from
    }
}

/// For stores.
impl Field {
    /// What a key of this attribute says as the attribute has it: `true` where an event has the outcome `completed`.
    pub fn of_key<'k>(&self, value: &'k str) -> &'k str {
        match (self.kind, value) {
            (FieldKind::Boolean, "completed") => "true",
            (FieldKind::Boolean, "failed") => "false",
            _ => value,
        }
    }

    /// The texts of all values that an event has, each once, in their order.
    pub fn values(&self, document: &[u8], keys: &Keys<'_>) -> Vec<String> {
        let mut found = Vec::new();
        values::each(self, document, keys, &mut |value| found.push(value.into_owned()));
        found.sort_unstable();
        found.dedup();
        found
    }
}

impl From<Attribute> for Field {
    /// The attribute that has these keys.
    fn from(attribute: Attribute) -> Self {
        if let Attribute::Detail(path) = &attribute {
            return Self::at(&format!("{DETAILS}{path}"));
        }
        let row = TABLE.iter().find(|(_, _, keys, _)| keys.as_ref() == Some(&attribute));
        Self::at(row.map_or("", |(path, ..)| path))
    }
}

/// Its path as filters write it.
impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path.replace('.', "/"))
    }
}
