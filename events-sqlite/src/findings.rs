//! What searches found out about segments, for those that ask the same: bounded in bytes.
//!
//! Some keys come with every search, above all the claims of its viewer, and segments never change.

use std::{
    collections::HashMap,
    hash::{Hash, Hasher},
    sync::{Arc, Mutex},
};

use crate::{
    key_hash::{KeyHash, KeyedAlready},
    lock::lock,
    positions::Positions,
};

/// Sets of positions by segment and key, those used last. By default none.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    most_bytes: usize,
    kept: Mutex<Kept>,
}

/// Two generations: what is used goes to the young one; when that has half of the bytes it becomes the old
/// one, and what nobody has used since is forgotten.
#[derive(Debug, Default)]
struct Kept {
    young: Generation,
    old: Generation,
}

#[derive(Debug, Default)]
struct Generation {
    sets: HashMap<About, Arc<Positions>, KeyedAlready>,
    bytes: usize,
}

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

/// Beside its positions: its places in a map and in memory.
const BYTES_OF_ENTRY: usize = 96;

impl Findings {
    pub(crate) fn new(most_bytes: usize) -> Self {
        Self { most_bytes, kept: Mutex::default() }
    }

    pub(crate) fn get(&self, segment: u64, key: KeyHash) -> Option<Arc<Positions>> {
        let about = About { segment, key };
        let mut kept = lock(&self.kept);
        if let Some(found) = kept.young.sets.get(&about) {
            return Some(Arc::clone(found));
        }
        let found = kept.old.sets.remove(&about)?;
        kept.old.bytes -= bytes(&found);
        self.keep(&mut kept, about, &found);
        Some(found)
    }

    pub(crate) fn put(&self, segment: u64, key: KeyHash, found: &Arc<Positions>) {
        self.keep(&mut lock(&self.kept), About { segment, key }, found);
    }

    fn keep(&self, kept: &mut Kept, about: About, found: &Arc<Positions>) {
        let (bytes, most) = (bytes(found), self.most_bytes / 2);
        if bytes > most {
            return;
        }
        if kept.young.bytes + bytes > most {
            kept.old = std::mem::take(&mut kept.young);
        }
        if kept.young.sets.insert(about, Arc::clone(found)).is_none() {
            kept.young.bytes += bytes;
        }
    }
}

fn bytes(found: &Positions) -> usize {
    BYTES_OF_ENTRY + found.bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(positions: u16) -> Arc<Positions> {
        Arc::new(Positions::of_listed(65_536, (0..positions).collect()))
    }

    fn bytes_kept(findings: &Findings) -> usize {
        let kept = lock(&findings.kept);
        kept.young.sets.values().chain(kept.old.sets.values()).map(|found| bytes(found)).sum()
    }

    #[test]
    fn what_is_used_is_remembered_in_bounded_memory() {
        let findings = Findings::new(100_000);
        findings.put(7, KeyHash(1), &set(10));
        for key in 2..2_000 {
            findings.put(7, KeyHash(key), &set((key % 2_000) as u16));
            assert!(findings.get(7, KeyHash(1)).is_some(), "forgotten after {key} others");
            assert!(bytes_kept(&findings) <= 100_000);
        }
        assert!(bytes_kept(&findings) > 25_000);
        assert!(findings.get(7, KeyHash(2)).is_none());
        assert!(findings.get(8, KeyHash(1)).is_none(), "another segment");
        assert_eq!(findings.get(7, KeyHash(1)).map(|found| found.count()), Some(10));
    }

    #[test]
    fn what_is_larger_than_all_of_it_is_not_kept() {
        let findings = Findings::new(1_000);
        findings.put(7, KeyHash(1), &set(2));
        findings.put(7, KeyHash(2), &set(5_000));
        assert!(findings.get(7, KeyHash(2)).is_none());
        assert!(findings.get(7, KeyHash(1)).is_some());
    }
}
