//! What a part of the store has to know of an event, derived once from its document.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use events_core::{Attribute, EventId, InvalidEvent, Key, KeySource, Timestamp};

use crate::{
    key_hash::{KeyHash, KeyHasher, KeyedAlready},
    lock::lock,
};

/// A value that a part can list by attribute.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ListedValue {
    pub(crate) attribute: Attribute,
    pub(crate) value: Box<str>,
}

impl ListedValue {
    /// Memory that it takes, with what allocating it adds.
    fn bytes(&self) -> usize {
        let path = match &self.attribute {
            Attribute::Detail(path) => path.len(),
            _ => 0,
        };
        size_of::<Self>() + 64 + path + self.value.len()
    }
}

/// The keys of an event as hashes. One may come twice.
#[derive(Debug)]
pub(crate) struct EventKeys {
    pub(crate) timestamp: Timestamp,
    pub(crate) own: KeySet,
    /// Those of its caller and of its viewers, which it has in common with other events.
    pub(crate) shared: [Arc<KeySet>; 2],
}

impl EventKeys {
    /// Those of attributes and of viewers, in no order.
    pub(crate) fn hashes(&self) -> impl Iterator<Item = KeyHash> {
        let shared = self.shared.iter().flat_map(|set| set.hashes.iter());
        self.own.hashes.iter().chain(shared).copied()
    }

    /// Memory that they take, without what they have in common with other events.
    pub(crate) fn bytes(&self) -> usize {
        let own = |(_, value): &(KeyHash, Arc<ListedValue>)| match Arc::strong_count(value) {
            // Here, and maybe where values are remembered.
            ..=2 => value.bytes(),
            _ => 0,
        };
        let KeySet { hashes, listed } = &self.own;
        size_of_val(&**hashes) + size_of_val(&**listed) + listed.iter().map(own).sum::<usize>()
    }

    /// The values of the attributes that are counted by.
    pub(crate) fn listed(&self) -> impl Iterator<Item = &(KeyHash, Arc<ListedValue>)> {
        self.own.listed.iter().chain(self.shared.iter().flat_map(|set| set.listed.iter()))
    }
}

#[derive(Debug, Default)]
pub(crate) struct KeySet {
    pub(crate) hashes: Box<[KeyHash]>,
    listed: Box<[(KeyHash, Arc<ListedValue>)]>,
}

/// Whether parts list the values of an attribute, so that counting by it needs no document. Those that
/// hardly repeat are not: lists of them would weigh as much as the documents.
pub(crate) fn is_listed(attribute: &Attribute) -> bool {
    !matches!(attribute, Attribute::Root | Attribute::Parent | Attribute::Session | Attribute::Word)
}

/// How many values and sets are remembered to be shared between events; then it starts anew.
const REMEMBERED: usize = 16_384;
/// Longer callers and ACLs are not remembered, nor longer values, so that what is remembered is bounded.
const LONGEST: usize = 4_096;
const LONGEST_VALUE: usize = 512;

/// Derives keys.
#[derive(Debug)]
pub(crate) struct KeyDeriver {
    pub(crate) hasher: KeyHasher,
    remembered: Mutex<Remembered>,
}

/// What many events have in common.
#[derive(Debug, Default)]
struct Remembered {
    values: HashMap<KeyHash, Arc<ListedValue>, KeyedAlready>,
    /// By the hash of the text they come from.
    sets: HashMap<KeyHash, Arc<KeySet>, KeyedAlready>,
}

impl KeyDeriver {
    pub(crate) fn new(hasher: KeyHasher) -> Self {
        Self { hasher, remembered: Mutex::default() }
    }

    /// The keys of a document. One that is no event is stored all the same, and only administrators find it.
    pub(crate) fn derive(&self, id: EventId, document: &[u8]) -> EventKeys {
        self.try_derive(id, document).unwrap_or_else(|error| {
            tracing::error!(%id, %error, "an event without readable keys is found by administrators only");
            EventKeys { timestamp: id.timestamp(), own: KeySet::default(), shared: Default::default() }
        })
    }

    fn try_derive(&self, id: EventId, document: &[u8]) -> Result<EventKeys, InvalidEvent> {
        let source = KeySource::read(document)?;
        let mut remembered = lock(&self.remembered);
        if remembered.values.len() > REMEMBERED || remembered.sets.len() > REMEMBERED {
            *remembered = Remembered::default();
        }
        let Remembered { values, sets } = &mut *remembered;

        let text = self.hasher.caller(source.caller());
        let caller = shared(sets, text, source.caller(), || {
            let mut keys = Gathered::new(&self.hasher, values);
            source.caller_keys(|key| keys.add(&key))?;
            Ok(keys.into())
        })?;
        let text = self.hasher.acl(source.written_acl());
        let viewers = shared(sets, text, source.written_acl(), || {
            let acl = source.acl()?;
            let viewers = acl.viewers();
            let data = viewers.data.iter().map(|claim| self.hasher.viewer_of_data(claim));
            let meta = viewers.meta.iter().map(|claim| self.hasher.viewer_of_meta(claim));
            Ok(KeySet { hashes: data.chain(meta).collect(), listed: Box::default() })
        })?;
        let mut own = Gathered::new(&self.hasher, values);
        source.own_keys(|key| match own_operation(id, &key) {
            Some(hash) => own.hashes.push(hash),
            None => own.add(&key),
        })?;
        Ok(EventKeys { timestamp: source.timestamp(), own: own.into(), shared: [caller, viewers] })
    }
}

/// The set that comes from a text, derived where it is not remembered.
fn shared(
    sets: &mut HashMap<KeyHash, Arc<KeySet>, KeyedAlready>,
    hash: KeyHash,
    text: &str,
    derive: impl FnOnce() -> Result<KeySet, InvalidEvent>,
) -> Result<Arc<KeySet>, InvalidEvent> {
    if let Some(set) = sets.get(&hash) {
        return Ok(Arc::clone(set));
    }
    let set = Arc::new(derive()?);
    if text.len() <= LONGEST {
        sets.insert(hash, Arc::clone(&set));
    }
    Ok(set)
}

/// The key of an event whose root or parent is the opening of its own operation. All such events share it:
/// keys with the ids would be half of all distinct ones, and the id of the event says the same.
fn own_operation(id: EventId, key: &Key<'_>) -> Option<KeyHash> {
    let marker = KeyHash::of_own_operation(&key.attribute)?;
    (key.value.as_bytes() == id.opening().write()).then_some(marker)
}

/// Keys while they are derived.
struct Gathered<'g> {
    hasher: &'g KeyHasher,
    values: &'g mut HashMap<KeyHash, Arc<ListedValue>, KeyedAlready>,
    hashes: Vec<KeyHash>,
    listed: Vec<(KeyHash, Arc<ListedValue>)>,
}

impl<'g> Gathered<'g> {
    fn new(hasher: &'g KeyHasher, values: &'g mut HashMap<KeyHash, Arc<ListedValue>, KeyedAlready>) -> Self {
        Self { hasher, values, hashes: Vec::with_capacity(48), listed: Vec::with_capacity(24) }
    }

    fn add(&mut self, key: &Key<'_>) {
        let hash = self.hasher.key(&key.attribute, &key.value);
        self.hashes.push(hash);
        if is_listed(&key.attribute) {
            let new = || Arc::new(ListedValue { attribute: key.attribute.clone(), value: (*key.value).into() });
            let value = match key.value.len() {
                ..=LONGEST_VALUE => Arc::clone(self.values.entry(hash).or_insert_with(new)),
                _ => new(),
            };
            self.listed.push((hash, value));
        }
    }
}

impl From<Gathered<'_>> for KeySet {
    fn from(gathered: Gathered<'_>) -> Self {
        Self { hashes: gathered.hashes.into(), listed: gathered.listed.into() }
    }
}
