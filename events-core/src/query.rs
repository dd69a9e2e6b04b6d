//! What a search asks for.

use std::{fmt, str::FromStr, time::Duration};

use crate::{
    acl::Visibility,
    href::Designates,
    id::{EventId, parse_uuid},
    identity::Viewer,
    keys::{Attribute, Keys},
    limits::ANSWER_BYTES,
    search::{Comparison, Direction, Examined, Field, Order, SearchError},
    timestamp::Timestamp,
    words::words,
};

/// Which events.
///
/// Values compare exactly and case-sensitively; of an attribute with several values any one counts.
///
/// Who sees only the common attributes of an event finds it only where the filter holds whatever its
/// hidden attributes are: neither a condition nor its negation tells what is hidden.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Filter {
    /// Every one of these holds; all events when empty.
    All(Vec<Filter>),
    /// At least one of these holds; no event when empty.
    Any(Vec<Filter>),
    /// This does not hold.
    Not(Box<Filter>),
    /// The attribute has this value.
    Is(Attribute, String),
    /// The attribute has a value that starts with this. No key serves it.
    StartsWith(Attribute, String),
    /// The attribute has a value.
    Has(Attribute),
    /// `timestamp` is at or after `from` and before `until`.
    Time {
        /// The earliest.
        from: Timestamp,
        /// The first that is too late.
        until: Timestamp,
    },
    /// The attribute has a value of which this is true. What no key serves is looked up in the document.
    Compares(Field, Comparison),
}

impl Filter {
    /// All events.
    pub const fn everything() -> Self {
        Self::All(Vec::new())
    }

    /// An attribute has a value.
    pub fn is(attribute: Attribute, value: impl Into<String>) -> Self {
        Self::Is(attribute, value.into())
    }

    /// Has at least one of the words of `text`.
    pub fn text(text: &str) -> Self {
        let mut found = Vec::new();
        words(text, &mut |word| found.push(Self::Is(Attribute::Word, word.into_owned())));
        Self::Any(found)
    }

    /// Both this and `other`.
    pub fn and(self, other: Self) -> Self {
        match self {
            Self::All(mut filters) => {
                filters.push(other);
                Self::All(filters)
            }
            filter => Self::All(vec![filter, other]),
        }
    }

    /// How many conditions it is made of: what comparing one event with it costs grows with them.
    pub fn conditions(&self) -> usize {
        match self {
            Self::All(filters) | Self::Any(filters) => filters.iter().map(Self::conditions).sum(),
            Self::Not(filter) => filter.conditions(),
            _ => 1,
        }
    }

    /// Whether an event, which has these keys, is found by somebody who sees it with `visibility`.
    pub fn finds(&self, document: &[u8], keys: &Keys<'_>, visibility: Visibility) -> bool {
        self.holds(&Examined::new(document, keys), visibility) == Some(true)
    }

    /// Three-valued: `None` where it depends on what is hidden.
    fn holds<'e>(&'e self, event: &Examined<'e>, visibility: Visibility) -> Option<bool> {
        let keys = event.keys;
        let visible =
            |attribute: &Attribute, holds: &dyn Fn() -> bool| (visibility >= attribute.visible_from()).then(holds);
        match self {
            Self::All(filters) => {
                let mut result = Some(true);
                for filter in filters {
                    match filter.holds(event, visibility) {
                        Some(false) => return Some(false),
                        None => result = None,
                        Some(true) => {}
                    }
                }
                result
            }
            Self::Any(filters) => {
                let mut result = Some(false);
                for filter in filters {
                    match filter.holds(event, visibility) {
                        Some(true) => return Some(true),
                        None => result = None,
                        Some(false) => {}
                    }
                }
                result
            }
            Self::Not(filter) => filter.holds(event, visibility).map(|holds| !holds),
            Self::Is(attribute, value) => visible(attribute, &|| keys.has(attribute, value)),
            Self::StartsWith(attribute, prefix) => {
                visible(attribute, &|| keys.values(attribute).any(|value| value.starts_with(prefix.as_str())))
            }
            Self::Has(attribute) => visible(attribute, &|| keys.values(attribute).next().is_some()),
            Self::Time { from, until } => Some(*from <= keys.timestamp && keys.timestamp < *until),
            Self::Compares(field, comparison) => {
                (visibility >= field.visible_from()).then(|| comparison.holds_in(field, event))
            }
        }
    }

    /// The times outside of which nothing is found: what prunes partitions. The second is the first that
    /// is too late; as [`Timestamp::MAX`] it stands for no end, and what happened then is found too.
    pub fn time_bounds(&self) -> (Timestamp, Timestamp) {
        match self {
            Self::Time { from, until } => (*from, *until),
            // One that has an end is a `Time`.
            Self::Compares(field, Comparison::Instants(first, _)) if field.path() == "timestamp" => {
                (*first, Timestamp::MAX)
            }
            Self::All(filters) => filters
                .iter()
                .map(Self::time_bounds)
                .fold((Timestamp::MIN, Timestamp::MAX), |(from, until), (other_from, other_until)| {
                    (from.max(other_from), until.min(other_until))
                }),
            _ => (Timestamp::MIN, Timestamp::MAX),
        }
    }
}

/// A search: which events, through whose eyes, in which order, which page.
///
/// ```
/// use events_core::{Query, Viewer};
///
/// let query = Query::new(Viewer::admin()).resource("nuvlabox/01").event_type("nuvlabox.reboot.failed").limit(50);
/// # let _ = query;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// Which events.
    pub filter: Filter,
    /// Through whose eyes.
    pub viewer: Viewer,
    /// In which order; newest first by (`timestamp`, `id`) where none is asked for.
    pub order: Vec<Order>,
    /// How many of the first events the page leaves out. A page behind a cursor leaves out none.
    pub offset: usize,
    /// At most this many a page.
    pub limit: usize,
    /// At most this many bytes of documents a page, beside a first event of any size: it ends early, and says that it is
    /// [`full`](crate::Page::full). A manager allows no more than its own limit. 64 MiB.
    pub bytes: usize,
    /// Where the last page ended. Only where no order is asked for, and without an offset.
    pub after: Option<Cursor>,
    /// How long a search that no key serves may take; the manager's default where none.
    pub within: Option<Duration>,
}

impl Query {
    /// The newest 20 of all events that `viewer` sees.
    pub fn new(viewer: Viewer) -> Self {
        let (filter, order) = (Filter::everything(), Vec::new());
        Self { filter, viewer, order, offset: 0, limit: 20, bytes: ANSWER_BYTES, after: None, within: None }
    }

    /// And this holds too.
    pub fn filter(mut self, filter: Filter) -> Self {
        self.filter = self.filter.and(filter);
        self
    }

    fn is(self, attribute: Attribute, value: impl Into<String>) -> Self {
        self.filter(Filter::is(attribute, value))
    }

    /// About one resource.
    pub fn resource<V: Designates + ?Sized>(self, resource: &V) -> Self {
        let href = resource.href().into_owned();
        self.is(Attribute::Href, href)
    }

    /// About resources of a type.
    pub fn resource_type(self, resource_type: &str) -> Self {
        self.is(Attribute::ResourceType, resource_type)
    }

    /// Of an event type.
    pub fn event_type(self, event_type: &str) -> Self {
        self.is(Attribute::EventType, event_type)
    }

    /// Of a category.
    pub fn category(self, category: &str) -> Self {
        self.is(Attribute::Category, category)
    }

    /// By a user.
    pub fn user(self, user: &str) -> Self {
        self.is(Attribute::User, user)
    }

    /// In a session.
    pub fn session(self, session: &str) -> Self {
        self.is(Attribute::Session, session)
    }

    /// Linked to another resource.
    pub fn linked(self, href: &str) -> Self {
        self.is(Attribute::Linked, href)
    }

    /// With a tag.
    pub fn tag(self, tag: &str) -> Self {
        self.is(Attribute::Tag, tag)
    }

    /// With a detail of this value.
    pub fn detail(self, path: &str, value: impl fmt::Display) -> Self {
        self.is(Attribute::Detail(path.to_owned()), value.to_string())
    }

    /// Of the tree of a root.
    pub fn root(self, root: EventId) -> Self {
        self.is(Attribute::Root, root.to_string())
    }

    /// Directly under an event.
    pub fn parent(self, parent: EventId) -> Self {
        self.is(Attribute::Parent, parent.to_string())
    }

    /// With at least one of the words of `text`.
    pub fn text(self, text: &str) -> Self {
        self.filter(Filter::text(text))
    }

    /// That happened at or after `from` and before `until`.
    pub fn between(self, from: Timestamp, until: Timestamp) -> Self {
        self.filter(Filter::Time { from, until })
    }

    /// At most this many a page.
    pub fn limit(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }

    /// At most this many bytes of documents a page, beside a first event of any size.
    pub fn bytes(mut self, bytes: usize) -> Self {
        self.bytes = bytes;
        self
    }

    /// Ordered by this, after what was asked for before.
    pub fn order_by(mut self, order: Order) -> Self {
        self.order.push(order);
        self
    }

    /// Without so many of the first events.
    pub fn offset(mut self, offset: usize) -> Self {
        self.offset = offset;
        self
    }

    /// How many events an offset and the page behind it reach at most. Pages by [`after`](Self::after) have no such limit.
    pub const REACH: usize = 10_000;

    /// Whether the order of the page is the one in which stores keep events.
    pub fn is_newest_first(&self) -> bool {
        let newest_first = |order: &Order| order.by.path() == "timestamp" && order.direction == Direction::Descending;
        self.order.first().is_none_or(newest_first) && self.order.len() <= 1
    }

    /// What no store answers.
    ///
    /// # Errors
    /// The page lies beyond [`REACH`](Self::REACH), or a cursor goes with an offset or an order.
    pub fn check(&self) -> Result<(), SearchError> {
        let by_place = self.offset > 0 || !self.is_newest_first();
        if by_place && self.offset.saturating_add(self.limit) > Self::REACH {
            return Err(SearchError::Unsupported(
                "First and last must be less than or equal to 10'000. Use filter to limit the number of returned resources."
                    .to_owned(),
            ));
        }
        if by_place && self.after.is_some() {
            return Err(SearchError::Unsupported(
                "a cursor is a place in the order of time: use an offset where another order is asked for".to_owned(),
            ));
        }
        Ok(())
    }

    /// The page behind another.
    pub fn after(mut self, cursor: Cursor) -> Self {
        self.after = Some(cursor);
        self
    }
}

/// A place in the order of every search: (`timestamp`, `id`), newest first. Never a location in a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cursor {
    /// When the last event of the page happened.
    pub timestamp: Timestamp,
    /// Its id.
    pub id: EventId,
}

/// Why a string is not a cursor.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a cursor: pass on what the last page answered")]
pub struct InvalidCursor(String);

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = self.id.to_string();
        write!(f, "{}.{}", self.timestamp.millis(), id.trim_start_matches("event/"))
    }
}

impl FromStr for Cursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parse = || {
            let (millis, uuid) = text.split_once('.')?;
            Some(Self {
                timestamp: Timestamp::from_millis(millis.parse().ok()?),
                id: EventId::from_u128(parse_uuid(uuid)?),
            })
        };
        parse().ok_or_else(|| InvalidCursor(text.chars().take(80).collect()))
    }
}
