//! Keys as they are stored: 128 bits of a keyed hash.
//!
//! The hash key is random and never leaves the store, so nobody can make two values collide, and a
//! posting list never has to be compared with the documents.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
};

use events_core::{Attribute, EventId};
use siphasher::sip128::SipHasher13;

/// A key of an attribute with its value, or of a viewer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct KeyHash(pub(crate) u128);

/// For maps by key: a key is a hash already, and a keyed one.
pub(crate) type KeyedAlready = BuildHasherDefault<LowBits>;

/// By id: its low bits are random, drawn by the process that recorded the event.
pub(crate) type ById<T> = HashMap<EventId, T, KeyedAlready>;

/// Takes the low bits of a key for its hash.
#[derive(Debug, Default)]
pub(crate) struct LowBits(u64);

impl Hasher for LowBits {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.0 = self.0 << 8 | u64::from(*byte));
    }

    fn write_u128(&mut self, key: u128) {
        self.0 = key as u64;
    }
}

impl KeyHash {
    /// An id as a filter takes it: its low bits are random, its high ones are a time.
    pub(crate) fn of_id(id: EventId) -> Self {
        let low = id.as_u128() as u64;
        Self(u128::from(low.wrapping_mul(0x9E37_79B9_7F4A_7C15)) << 64 | u128::from(low))
    }

    /// Of all events whose attribute is the id of the opening of their own operation.
    pub(crate) fn of_own_operation(attribute: &Attribute) -> Option<Self> {
        match attribute {
            Attribute::Root => Some(Self(1)),
            Attribute::Parent => Some(Self(2)),
            _ => None,
        }
    }

    pub(crate) fn high(self) -> u64 {
        (self.0 >> 64) as u64
    }

    pub(crate) fn low(self) -> u64 {
        self.0 as u64
    }
}

/// Codes beside those of [`Attribute::code`].
const VIEWER_OF_DATA: u8 = 240;
const VIEWER_OF_META: u8 = 241;
const CALLER: u8 = 242;
const ACL: u8 = 243;
const VIEWERS_OF_DATA: u8 = 244;
const VIEWERS_OF_META: u8 = 245;
const KIND: u8 = 246;
const DETAILS: u8 = 247;

/// Makes keys.
#[derive(Clone, Debug)]
pub(crate) struct KeyHasher(SipHasher13);

impl KeyHasher {
    pub(crate) fn new(key: &[u8; 16]) -> Self {
        Self(SipHasher13::new_with_key(key))
    }

    pub(crate) fn key(&self, attribute: &Attribute, value: &str) -> KeyHash {
        let path = match attribute {
            Attribute::Detail(path) => path.as_str(),
            _ => "",
        };
        self.hash(attribute.code(), path, value)
    }

    /// Of a claim that sees at least the data of an event.
    pub(crate) fn viewer_of_data(&self, claim: &str) -> KeyHash {
        self.hash(VIEWER_OF_DATA, "", claim)
    }

    /// Of a claim that sees only the common attributes.
    pub(crate) fn viewer_of_meta(&self, claim: &str) -> KeyHash {
        self.hash(VIEWER_OF_META, "", claim)
    }

    /// Of some claims together, as one text: of events whose data they see.
    pub(crate) fn viewers_of_data(&self, claims: &str) -> KeyHash {
        self.hash(VIEWERS_OF_DATA, "", claims)
    }

    /// Of events of which they see only the common attributes, if not more.
    pub(crate) fn viewers_of_meta(&self, claims: &str) -> KeyHash {
        self.hash(VIEWERS_OF_META, "", claims)
    }

    /// Of a caller as it is written.
    pub(crate) fn caller(&self, written: &str) -> KeyHash {
        self.hash(CALLER, "", written)
    }

    /// Of an ACL as it is written.
    pub(crate) fn acl(&self, written: &str) -> KeyHash {
        self.hash(ACL, "", written)
    }

    /// Of details as they are written.
    pub(crate) fn details(&self, written: &str) -> KeyHash {
        self.hash(DETAILS, "", written)
    }

    /// Of the parts of a kind of event.
    pub(crate) fn kind(&self, parts: &[&str; 6]) -> KeyHash {
        let mut together = Vec::with_capacity(128);
        for part in parts {
            together.extend_from_slice(&(part.len() as u64).to_le_bytes());
            together.extend_from_slice(part.as_bytes());
        }
        self.hash(KIND, "", &together)
    }

    fn hash(&self, code: u8, path: &str, value: impl AsRef<[u8]>) -> KeyHash {
        let value = value.as_ref();
        let length = 9 + path.len() + value.len();
        // Most are short; clearing room for long ones would take longer than hashing them.
        let (mut short, mut long, mut heap);
        let bytes = if length <= 64 {
            short = [0; 64];
            &mut short[..length]
        } else if length <= 512 {
            long = [0; 512];
            &mut long[..length]
        } else {
            heap = vec![0; length];
            &mut heap[..]
        };
        bytes[0] = code;
        bytes[1..9].copy_from_slice(&(path.len() as u64).to_le_bytes());
        bytes[9..9 + path.len()].copy_from_slice(path.as_bytes());
        bytes[9 + path.len()..].copy_from_slice(value);
        KeyHash(self.0.hash(bytes).as_u128())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_and_value_are_told_apart() {
        let hasher = KeyHasher::new(&[1; 16]);
        let detail = |path: &str, value: &str| hasher.key(&Attribute::Detail(path.to_owned()), value);
        assert_ne!(detail("a", "bc"), detail("ab", "c"));
        assert_ne!(hasher.key(&Attribute::User, "user/jane"), hasher.key(&Attribute::Claim, "user/jane"));
        assert_ne!(hasher.viewer_of_data("user/jane"), hasher.viewer_of_meta("user/jane"));
    }
}
