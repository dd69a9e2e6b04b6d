//! What is kept in memory of segments that were read: a bounded number of bytes, however many segments there are.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use crate::{bloom::Bloom, footer::Footer, lock::lock, packing::Unpacking};

/// The tables of a segment: where everything in it is, and which keys it lacks.
#[derive(Debug)]
pub(crate) struct Tables {
    pub(crate) footer: Footer,
    pub(crate) bloom: Bloom,
    pub(crate) dictionaries: Vec<Arc<Unpacking>>,
}

impl Tables {
    /// How much memory it takes at most: a dictionary counts for every segment that has it.
    fn bytes(&self) -> usize {
        let dictionaries = self.dictionaries.iter().map(|dictionary| dictionary.bytes());
        self.footer.bytes() + self.bloom.bytes() + dictionaries.sum::<usize>()
    }
}

/// The tables that were used last.
#[derive(Debug)]
pub(crate) struct KeptTables {
    most_bytes: usize,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    tables: HashMap<u64, Entry>,
    bytes: usize,
    uses: u64,
}

#[derive(Debug)]
struct Entry {
    tables: Arc<Tables>,
    bytes: usize,
    used: u64,
}

/// No bound: for a segment that is read on its own.
impl Default for KeptTables {
    fn default() -> Self {
        Self::new(usize::MAX)
    }
}

impl KeptTables {
    pub(crate) fn new(most_bytes: usize) -> Self {
        Self { most_bytes, kept: Mutex::default() }
    }

    pub(crate) fn get(&self, segment: u64) -> Option<Arc<Tables>> {
        let mut kept = lock(&self.kept);
        kept.uses += 1;
        let now = kept.uses;
        let entry = kept.tables.get_mut(&segment)?;
        entry.used = now;
        Some(Arc::clone(&entry.tables))
    }

    /// Keeps the tables of a segment, and lets go of those that were not used for longest. One is kept whatever
    /// it takes: whoever reads it goes on.
    pub(crate) fn put(&self, segment: u64, tables: &Arc<Tables>) {
        let mut kept = lock(&self.kept);
        kept.forget(segment);
        let (bytes, used) = (tables.bytes(), kept.uses);
        kept.bytes += bytes;
        kept.tables.insert(segment, Entry { tables: Arc::clone(tables), bytes, used });
        while kept.bytes > self.most_bytes
            && kept.tables.len() > 1
            && let Some(oldest) = kept.tables.iter().min_by_key(|(_, entry)| entry.used).map(|(segment, _)| *segment)
        {
            kept.forget(oldest);
        }
    }

    pub(crate) fn forget(&self, segment: u64) {
        lock(&self.kept).forget(segment);
    }
}

impl Kept {
    fn forget(&mut self, segment: u64) {
        self.bytes -= self.tables.remove(&segment).map_or(0, |entry| entry.bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        footer::{Packed, Region},
        key_hash::KeyHash,
    };

    /// Of a segment with so many keys.
    fn tables(keys: u128) -> Arc<Tables> {
        let nowhere = Region { offset: 0, length: 0, checksum: 0 };
        let footer = Footer {
            events: 0,
            dictionaries: Vec::new(),
            documents: Vec::new(),
            long_lists: Vec::new(),
            keys: Vec::new(),
            places: Vec::new(),
            ids: Vec::new(),
            values: Packed { region: nowhere, unpacked: 0 },
            filter: nowhere,
            delays: Vec::new(),
        };
        let keys: Vec<KeyHash> = (0..keys).map(KeyHash).collect();
        Arc::new(Tables { footer, bloom: Bloom::of(&keys), dictionaries: Vec::new() })
    }

    #[test]
    fn what_was_not_used_for_longest_goes_first() {
        let kept = KeptTables::new(40_000);
        // About ten thousand bytes each.
        for segment in 0..20 {
            kept.put(segment, &tables(8_000));
            assert!(kept.get(0).is_some(), "it is used all the time");
            assert!(lock(&kept.kept).bytes <= 40_000);
        }
        let there: Vec<u64> = (0..20).filter(|segment| kept.get(*segment).is_some()).collect();
        assert_eq!(there, [0, 18, 19]);
        kept.forget(0);
        kept.forget(0);
        assert!(kept.get(0).is_none());
    }
}
