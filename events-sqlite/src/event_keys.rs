//! What a part of the store has to know of an event, derived once from its document.

use std::{
    borrow::Cow,
    sync::{Arc, Mutex},
};

use events_core::{Attribute, EventId, InvalidEvent, Key, KeySource, Timestamp};

use crate::{
    key_hash::{KeyHash, KeyHasher},
    lock::lock,
    recent::Recent,
    thread::unharmed,
};

/// The keys of an event as hashes. One may come twice.
#[derive(Debug)]
pub(crate) struct EventKeys {
    pub(crate) timestamp: Timestamp,
    pub(crate) created: Option<Timestamp>,
    pub(crate) own: KeySet,
    /// Those that it has in common with other events: of its caller, its viewers, its kind, often its details.
    pub(crate) shared: [Arc<KeySet>; 4],
}

/// Keys that come from one document, or from a part that documents have in common.
pub(crate) type KeySet = Box<[HashedKey]>;

#[derive(Debug)]
pub(crate) struct HashedKey {
    pub(crate) hash: KeyHash,
    listing: Listing,
}

/// The value that a key stands for, where its attribute is listed.
#[derive(Debug)]
enum Listing {
    None,
    /// It stands in the document; its attribute has this code, and is no detail.
    InDocument {
        code: u8,
        at: u32,
        length: u32,
    },
    Shared(Arc<(Attribute, Box<str>)>),
}

impl Listing {
    /// Memory that it takes elsewhere for this event alone, with what allocating it adds.
    fn bytes(&self) -> usize {
        match self {
            // Here, and maybe where values are remembered.
            Self::Shared(shared) if Arc::strong_count(shared) <= 2 => {
                let (attribute, value) = &**shared;
                size_of_val(&**shared) + 64 + path_of(attribute).len() + value.len()
            }
            _ => 0,
        }
    }
}

/// An attribute as it is stored, and a value of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ListedValue<'v> {
    pub(crate) code: u8,
    /// Of a detail.
    pub(crate) path: &'v str,
    pub(crate) value: &'v str,
}

impl HashedKey {
    #[cfg(test)]
    pub(crate) fn of_hash(hash: KeyHash) -> Self {
        Self { hash, listing: Listing::None }
    }

    /// The value it stands for, where its attribute is one that is listed, in the document it comes from.
    pub(crate) fn listed<'v>(&'v self, document: &'v [u8]) -> Option<ListedValue<'v>> {
        match &self.listing {
            Listing::None => None,
            Listing::InDocument { code, at, length } => {
                let value = document.get(*at as usize..)?.get(..*length as usize)?;
                Some(ListedValue { code: *code, path: "", value: str::from_utf8(value).ok()? })
            }
            Listing::Shared(shared) => {
                let (attribute, value) = &**shared;
                Some(ListedValue { code: attribute.code(), path: path_of(attribute), value })
            }
        }
    }
}

/// The path of a detail.
pub(crate) fn path_of(attribute: &Attribute) -> &str {
    match attribute {
        Attribute::Detail(path) => path,
        _ => "",
    }
}

impl EventKeys {
    fn keys(&self) -> impl Iterator<Item = &HashedKey> {
        self.own.iter().chain(self.shared.iter().flat_map(|set| set.iter()))
    }

    /// Those of attributes and of viewers, in no order.
    pub(crate) fn hashes(&self) -> impl Iterator<Item = KeyHash> {
        self.keys().map(|key| key.hash)
    }

    /// Memory that they take, without what they have in common with other events.
    pub(crate) fn bytes(&self) -> usize {
        size_of_val(&*self.own) + self.own.iter().map(|key| key.listing.bytes()).sum::<usize>()
    }

    /// The values of the attributes that are counted by, in the document that the keys come from.
    pub(crate) fn listed<'v>(&'v self, document: &'v [u8]) -> impl Iterator<Item = ListedValue<'v>> {
        self.keys().filter_map(|key| key.listed(document))
    }
}

/// Whether parts list the values of an attribute, so that counting by it needs no document. Those that
/// hardly repeat are not: lists of them would weigh as much as the documents.
pub(crate) fn is_listed(attribute: &Attribute) -> bool {
    !matches!(attribute, Attribute::Root | Attribute::Parent | Attribute::Session | Attribute::Word)
}

/// How many values, and how many keys in sets of a sort, are remembered to be shared between events.
const REMEMBERED_VALUES: usize = 16_384;
const REMEMBERED_KEYS: usize = 131_072;
/// What comes from a longer text is not remembered, so that what is remembered is bounded.
const LONGEST: usize = 4_096;
/// The same of details, whose every number is a key. Longer ones are the event's own, and count as such.
const LONGEST_DETAILS: usize = 1_024;
/// The same of a single value.
const LONGEST_VALUE: usize = 512;

/// Derives keys.
#[derive(Debug)]
pub(crate) struct KeyDeriver {
    pub(crate) hasher: KeyHasher,
    remembered: Mutex<Remembered>,
}

/// What many events have in common.
#[derive(Debug)]
struct Remembered {
    values: SharedValues,
    callers: SharedSets,
    viewers: SharedSets,
    kinds: SharedSets,
    details: SharedSets,
    seen_details: SeenOnce,
    nothing: Arc<KeySet>,
    gathered: Gathered,
}

/// By key.
type SharedValues = Recent<KeyHash, Arc<(Attribute, Box<str>)>>;
/// By the hash of what they come from.
type SharedSets = Recent<KeyHash, Arc<KeySet>>;

impl KeyDeriver {
    pub(crate) fn new(hasher: KeyHasher) -> Self {
        let sets = || Recent::new(REMEMBERED_KEYS);
        let remembered = Remembered {
            values: Recent::new(REMEMBERED_VALUES),
            callers: sets(),
            viewers: sets(),
            kinds: sets(),
            details: sets(),
            seen_details: SeenOnce::default(),
            nothing: Arc::default(),
            gathered: Gathered::default(),
        };
        Self { hasher, remembered: Mutex::new(remembered) }
    }

    /// The keys of a document. One that is no event is stored all the same, and only administrators find it.
    pub(crate) fn derive(&self, id: EventId, document: &[u8]) -> EventKeys {
        self.try_derive(id, document).unwrap_or_else(|error| {
            unharmed(|| tracing::error!(%id, %error, "an event without readable keys is found by administrators only"));
            EventKeys { timestamp: id.timestamp(), created: None, own: KeySet::default(), shared: Default::default() }
        })
    }

    fn try_derive(&self, id: EventId, document: &[u8]) -> Result<EventKeys, InvalidEvent> {
        let source = KeySource::read(document)?;
        let hasher = &self.hasher;
        let mut remembered = lock(&self.remembered);
        let Remembered { values, callers, viewers, kinds, details, seen_details, nothing, gathered } = &mut *remembered;

        let caller = shared(callers, hasher.caller(source.caller()), source.caller().len(), || {
            gathered.begin();
            source.caller_keys(|key| gathered.add(hasher, values, &key))?;
            Ok(gathered.set())
        })?;
        let viewers = shared(viewers, hasher.acl(source.written_acl()), source.written_acl().len(), || {
            let acl = source.acl()?;
            let viewers = acl.viewers();
            gathered.begin();
            viewers.data.iter().for_each(|claim| gathered.put(hasher.viewer_of_data(claim), Listing::None));
            viewers.meta.iter().for_each(|claim| gathered.put(hasher.viewer_of_meta(claim), Listing::None));
            Ok(gathered.set())
        })?;
        let kind = source.kind();
        let kind = shared(kinds, hasher.kind(&kind), kind.iter().map(|part| part.len()).sum(), || {
            gathered.begin();
            source.kind_keys(|key| gathered.add(hasher, values, &key));
            Ok(gathered.set())
        })?;
        let written = source.written_details().map(|written| (hasher.details(written), written.len()));
        let details = match written {
            // Those of most events are hardly ever seen again, or all the time.
            Some((hash, length)) if length <= LONGEST_DETAILS && seen_details.is_seen_again(hash) => {
                shared(details, hash, length, || {
                    gathered.begin();
                    source.details_keys(|key| gathered.add(hasher, values, &key))?;
                    Ok(gathered.set())
                })?
            }
            _ => Arc::clone(nothing),
        };

        gathered.begin();
        if details.is_empty() {
            source.details_keys(|key| gathered.add(hasher, values, &key))?;
        }
        source.own_keys(|key| match own_operation(id, &key) {
            Some(hash) => gathered.put(hash, Listing::None),
            None => gathered.add_own(hasher, values, &key, document),
        });
        let (timestamp, created) = (source.timestamp(), source.created());
        Ok(EventKeys { timestamp, created, own: gathered.set(), shared: [caller, viewers, kind, details] })
    }
}

/// The set that comes from something with this hash and length, derived where it is not remembered.
fn shared(
    sets: &mut SharedSets,
    hash: KeyHash,
    length: usize,
    derive: impl FnOnce() -> Result<KeySet, InvalidEvent>,
) -> Result<Arc<KeySet>, InvalidEvent> {
    if let Some(set) = sets.get(hash) {
        return Ok(set);
    }
    let set = Arc::new(derive()?);
    if length <= LONGEST {
        sets.put(hash, Arc::clone(&set), 1 + set.len());
    }
    Ok(set)
}

/// Tells what was seen lately from what was not, mostly.
#[derive(Debug)]
struct SeenOnce(Box<[u64; Self::SLOTS]>);

impl Default for SeenOnce {
    fn default() -> Self {
        Self(Box::new([0; Self::SLOTS]))
    }
}

impl SeenOnce {
    const SLOTS: usize = 4_096;

    fn is_seen_again(&mut self, hash: KeyHash) -> bool {
        let slot = &mut self.0[hash.high() as usize % Self::SLOTS];
        std::mem::replace(slot, hash.low()) == hash.low()
    }
}

/// The key of an event whose root or parent is the opening of its own operation. All such events share it:
/// keys with the ids would be half of all distinct ones, and the id of the event says the same.
fn own_operation(id: EventId, key: &Key<'_>) -> Option<KeyHash> {
    let marker = KeyHash::of_own_operation(&key.attribute)?;
    (key.value.as_bytes() == id.opening().write()).then_some(marker)
}

/// Keys while they are derived.
#[derive(Debug, Default)]
struct Gathered(Vec<HashedKey>);

impl Gathered {
    fn begin(&mut self) {
        self.0.clear();
    }

    /// Adds a key that only the event of this document may have.
    fn add_own(&mut self, hasher: &KeyHasher, values: &mut SharedValues, key: &Key<'_>, document: &[u8]) {
        let stands_at = |value: &str| {
            let at = value.as_ptr().addr().checked_sub(document.as_ptr().addr())?;
            (at + value.len() <= document.len()).then_some(u32::try_from(at).ok()?)
        };
        let listing = match (&key.attribute, &key.value) {
            (attribute, _) if !is_listed(attribute) => Listing::None,
            (Attribute::Detail(_), _) => return self.add(hasher, values, key),
            (attribute, Cow::Borrowed(value)) if let Some(at) = stands_at(value) => {
                Listing::InDocument { code: attribute.code(), at, length: value.len() as u32 }
            }
            _ => return self.add(hasher, values, key),
        };
        self.put(hasher.key(&key.attribute, &key.value), listing);
    }

    fn add(&mut self, hasher: &KeyHasher, values: &mut SharedValues, key: &Key<'_>) {
        let hash = hasher.key(&key.attribute, &key.value);
        if !is_listed(&key.attribute) {
            return self.put(hash, Listing::None);
        }
        let value = values.get(hash).unwrap_or_else(|| {
            let value = Arc::new((key.attribute.clone(), Box::from(&*key.value)));
            if key.value.len() <= LONGEST_VALUE {
                values.put(hash, Arc::clone(&value), 1);
            }
            value
        });
        self.put(hash, Listing::Shared(value));
    }

    fn put(&mut self, hash: KeyHash, listing: Listing) {
        self.0.push(HashedKey { hash, listing });
    }

    fn set(&mut self) -> KeySet {
        self.0.drain(..).collect()
    }
}
