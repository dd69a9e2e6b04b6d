//! What a part of the store has to know of an event, derived once from its document.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use events_core::{Attribute, EventId, Keys, Timestamp};

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

/// The keys of an event as hashes.
#[derive(Debug)]
pub(crate) struct EventKeys {
    pub(crate) timestamp: Timestamp,
    /// Those of attributes and of viewers, in no order.
    pub(crate) hashes: Box<[KeyHash]>,
    /// The values of the attributes that are counted by.
    pub(crate) listed: Box<[(KeyHash, Arc<ListedValue>)]>,
}

/// Whether parts list the values of an attribute, so that counting by it needs no document. Those that
/// hardly repeat are not: lists of them would weigh as much as the documents.
pub(crate) fn is_listed(attribute: &Attribute) -> bool {
    !matches!(attribute, Attribute::Root | Attribute::Parent | Attribute::Session | Attribute::Word)
}

/// How many values are remembered to be shared between events; then it starts anew.
const REMEMBERED: usize = 16_384;

/// Derives keys.
#[derive(Debug)]
pub(crate) struct KeyDeriver {
    pub(crate) hasher: KeyHasher,
    values: Mutex<HashMap<KeyHash, Arc<ListedValue>, KeyedAlready>>,
}

impl KeyDeriver {
    pub(crate) fn new(hasher: KeyHasher) -> Self {
        Self { hasher, values: Mutex::default() }
    }

    /// The keys of a document. One that is no event is stored all the same, and only administrators find it.
    pub(crate) fn derive(&self, id: EventId, document: &[u8]) -> EventKeys {
        let keys = match Keys::of(document) {
            Ok(keys) => keys,
            Err(error) => {
                tracing::error!(%id, %error, "an event without readable keys is found by administrators only");
                return EventKeys { timestamp: id.timestamp(), hashes: Box::default(), listed: Box::default() };
            }
        };
        let viewers = keys.viewers();
        let mut hashes = Vec::with_capacity(keys.keys.len() + viewers.data.len() + viewers.meta.len());
        hashes.extend(viewers.data.iter().map(|claim| self.hasher.viewer_of_data(claim)));
        hashes.extend(viewers.meta.iter().map(|claim| self.hasher.viewer_of_meta(claim)));
        let mut listed = Vec::with_capacity(keys.keys.len());
        let mut values = lock(&self.values);
        if values.len() > REMEMBERED {
            values.clear();
        }
        for key in &keys.keys {
            let hash = self.hasher.key(&key.attribute, &key.value);
            hashes.push(hash);
            if is_listed(&key.attribute) {
                let value = values.entry(hash).or_insert_with(|| {
                    Arc::new(ListedValue { attribute: key.attribute.clone(), value: (*key.value).into() })
                });
                listed.push((hash, Arc::clone(value)));
            }
        }
        EventKeys { timestamp: keys.timestamp, hashes: hashes.into(), listed: listed.into() }
    }
}
