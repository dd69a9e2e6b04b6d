//! A filter in memory that says which keys a segment lacks, without reading it.
//!
//! Source: Putze, Sanders, Singler, "Cache-, Hash- and Space-Efficient Bloom Filters" (2007): all bits of
//! a key lie in one cache line.

use crate::{codec::Malformed, key_hash::KeyHash};

/// Bits a key; with six of them set, about one in a hundred absent keys is not recognised.
const BITS_PER_KEY: usize = 10;
const BITS_SET: u32 = 6;
const WORDS: usize = 8;

#[derive(Debug)]
pub(crate) struct Bloom(Vec<[u64; WORDS]>);

impl Bloom {
    pub(crate) fn of(keys: &[KeyHash]) -> Self {
        let blocks = (keys.len() * BITS_PER_KEY).div_ceil(64 * WORDS).max(1);
        let mut bloom = Self(vec![[0; WORDS]; blocks]);
        for key in keys {
            let block = bloom.block(*key);
            for (word, bit) in Self::bits(*key) {
                bloom.0[block][word] |= bit;
            }
        }
        bloom
    }

    /// How much memory it takes.
    pub(crate) fn bytes(&self) -> usize {
        size_of_val(&*self.0)
    }

    fn block(&self, key: KeyHash) -> usize {
        ((key.high() as u128 * self.0.len() as u128) >> 64) as usize
    }

    fn bits(key: KeyHash) -> impl Iterator<Item = (usize, u64)> {
        (0..BITS_SET).map(move |index| {
            let nine = key.low() >> (9 * index) & 511;
            ((nine / 64) as usize, 1 << (nine % 64))
        })
    }

    pub(crate) fn may_have(&self, key: KeyHash) -> bool {
        let block = &self.0[self.block(key)];
        Self::bits(key).all(|(word, bit)| block[word] & bit != 0)
    }

    pub(crate) fn write(&self) -> Vec<u8> {
        self.0.iter().flatten().flat_map(|word| word.to_le_bytes()).collect()
    }

    pub(crate) fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let (words, rest) = bytes.as_chunks::<8>();
        let (blocks, more) = words.as_chunks::<WORDS>();
        if blocks.is_empty() || !rest.is_empty() || !more.is_empty() {
            return Err(Malformed("the key filter has a wrong size"));
        }
        Ok(Self(blocks.iter().map(|block| block.map(u64::from_le_bytes)).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_is_missed_and_few_absent_ones_are_suspected() {
        let hasher = crate::key_hash::KeyHasher::new(&[7; 16]);
        let key = |index: u32| hasher.viewer_of_data(&index.to_string());
        let keys: Vec<KeyHash> = (0..10_000).map(key).collect();
        let bloom = Bloom::read(&Bloom::of(&keys).write()).unwrap();
        assert!(keys.iter().all(|key| bloom.may_have(*key)));
        let suspected = (10_000..30_000).filter(|index| bloom.may_have(key(*index))).count();
        assert!(suspected < 600, "{suspected} of 20,000");
    }
}
