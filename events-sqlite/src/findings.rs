//! What searches found out about segments, for those that ask the same: bounded in bytes.
//!
//! Some keys come with every search, above all the claims of its viewer, and segments never change.

use std::{
    hash::{Hash, Hasher},
    sync::{Arc, Mutex},
};

use crate::{key_hash::KeyHash, lock::lock, positions::Positions, recent::Recent};

/// Sets of positions by segment and key, those used last.
#[derive(Debug)]
pub(crate) struct Findings(Mutex<Recent<About, Arc<Positions>>>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct About {
    segment: u64,
    key: KeyHash,
}

impl Hash for About {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u128(self.key.0 ^ u128::from(self.segment.wrapping_mul(0x9E37_79B9_7F4A_7C15)));
    }
}

/// What a set takes beside its positions: its places in a map and in memory.
const BYTES_OF_ENTRY: usize = 112;

impl Default for Findings {
    /// Remembers nothing.
    fn default() -> Self {
        Self::new(0)
    }
}

impl Findings {
    pub(crate) fn new(most_bytes: usize) -> Self {
        Self(Mutex::new(Recent::new(most_bytes)))
    }

    pub(crate) fn get(&self, segment: u64, key: KeyHash) -> Option<Arc<Positions>> {
        lock(&self.0).get(About { segment, key })
    }

    pub(crate) fn put(&self, segment: u64, key: KeyHash, found: &Arc<Positions>) {
        let bytes = BYTES_OF_ENTRY + found.bytes();
        lock(&self.0).put(About { segment, key }, Arc::clone(found), bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_found_is_remembered_by_segment_in_bounded_memory() {
        let findings = Findings::new(100_000);
        let set = |positions: u16| Arc::new(Positions::of_listed(65_536, (0..positions).collect()));
        findings.put(7, KeyHash(1), &set(10));
        assert!(findings.get(8, KeyHash(1)).is_none());
        for key in 2..2_000 {
            findings.put(7, KeyHash(key), &set(key as u16));
            assert_eq!(findings.get(7, KeyHash(1)).map(|found| found.count()), Some(10));
        }
        let (_, bytes) = lock(&findings.0).size();
        assert!((25_000..=100_000).contains(&bytes), "{bytes} bytes");
        assert!(Findings::default().get(7, KeyHash(1)).is_none());
    }
}
