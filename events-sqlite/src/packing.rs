//! Packing documents: zstd, with a dictionary.
//!
//! Documents have much in common, but those of one block are few. A dictionary is a sample of documents that
//! blocks may refer to: blocks stay small, and so fast to unpack, and pack nearly as well as large ones
//! (measured). Every segment has the dictionaries that its blocks refer to, so that it can be read on its own.

use std::{
    cell::RefCell,
    fmt, io,
    sync::{Arc, Mutex, Weak},
};

use zstd::{
    bulk::Compressor,
    zstd_safe::{CParameter, DCtx, DDict, get_error_name},
};

use crate::lock::lock;

/// Bytes of a dictionary, at most. Four times as much would save two percent more (measured).
const DICTIONARY_BYTES: usize = 256 << 10;
/// A larger document would leave no room for others.
const SAMPLE_BYTES: usize = 4 << 10;

/// The quickest level but those that save only half as much. The next would save three percent more for a
/// fifth more work (measured).
const LEVEL: i32 = 1;
/// A block refers to all of the dictionary.
const WINDOW_LOG: u32 = 19;
/// Places of the dictionary and the block that are remembered while packing, and the shortest text that is
/// found there again. Left to itself zstd takes a quarter of the places and shorter texts for blocks of this
/// size: ten percent larger and no faster (measured).
const HASH_LOG: u32 = 15;
const MIN_MATCH: u32 = 7;
/// Of what is packed once.
const LEVEL_ALONE: i32 = 3;

/// Packs something on its own.
pub(crate) fn pack_alone(bytes: &[u8]) -> io::Result<Vec<u8>> {
    zstd::bulk::compress(bytes, LEVEL_ALONE)
}

/// A dictionary as it stands in a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PackedDictionary {
    pub(crate) packed: Vec<u8>,
    /// Bytes when it is unpacked.
    pub(crate) unpacked: usize,
}

/// Packs blocks of documents.
pub(crate) struct Packer {
    compressor: Compressor<'static>,
    dictionary: Option<Arc<PackedDictionary>>,
}

impl Packer {
    /// Without a dictionary.
    pub(crate) fn plain() -> io::Result<Self> {
        Ok(Self { compressor: compressor(&[])?, dictionary: None })
    }

    /// With a dictionary that is a sample of documents.
    pub(crate) fn of_samples(samples: impl Iterator<Item = Vec<u8>>) -> io::Result<Self> {
        let mut dictionary = Vec::new();
        for sample in samples.filter(|sample| sample.len() <= SAMPLE_BYTES) {
            if dictionary.len() + sample.len() > DICTIONARY_BYTES {
                break;
            }
            dictionary.extend_from_slice(&sample);
        }
        if dictionary.is_empty() {
            return Self::plain();
        }
        let packed = PackedDictionary { packed: pack_alone(&dictionary)?, unpacked: dictionary.len() };
        Ok(Self { compressor: compressor(&dictionary)?, dictionary: Some(Arc::new(packed)) })
    }

    /// With the dictionary of another segment.
    pub(crate) fn with(dictionary: Arc<PackedDictionary>) -> io::Result<Self> {
        let unpacked = Unpacking::PLAIN.unpack(&dictionary.packed, dictionary.unpacked)?;
        Ok(Self { compressor: compressor(&unpacked)?, dictionary: Some(dictionary) })
    }

    pub(crate) fn dictionary(&self) -> Option<&Arc<PackedDictionary>> {
        self.dictionary.as_ref()
    }

    pub(crate) fn pack(&mut self, bytes: &[u8]) -> io::Result<Vec<u8>> {
        self.compressor.compress(bytes)
    }
}

fn compressor(dictionary: &[u8]) -> io::Result<Compressor<'static>> {
    let mut compressor = Compressor::with_dictionary(LEVEL, dictionary)?;
    compressor.set_parameter(CParameter::WindowLog(WINDOW_LOG))?;
    compressor.set_parameter(CParameter::HashLog(HASH_LOG))?;
    compressor.set_parameter(CParameter::MinMatch(MIN_MATCH))?;
    Ok(compressor)
}

/// What unpacks blocks of documents.
pub(crate) struct Unpacking {
    /// What the dictionary is made of.
    bytes: Vec<u8>,
    prepared: Option<DDict<'static>>,
}

impl fmt::Debug for Unpacking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unpacking").field("bytes", &self.bytes.len()).finish_non_exhaustive()
    }
}

thread_local! {
    /// Setting one up costs more than unpacking a block.
    static CONTEXT: RefCell<Option<DCtx<'static>>> = const { RefCell::new(None) };
}

impl Unpacking {
    pub(crate) const PLAIN: Self = Self { bytes: Vec::new(), prepared: None };

    /// How much memory it takes.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes.capacity() + self.prepared.as_ref().map_or(0, DDict::sizeof)
    }

    /// Unpacks what had so many bytes.
    pub(crate) fn unpack(&self, packed: &[u8], unpacked: usize) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::with_capacity(unpacked);
        CONTEXT.with_borrow_mut(|slot| {
            let context = match slot {
                Some(context) => context,
                None => slot.insert(DCtx::try_create().ok_or(io::ErrorKind::OutOfMemory)?),
            };
            let result = match &self.prepared {
                Some(dictionary) => context.decompress_using_ddict(&mut bytes, packed, dictionary),
                None => context.decompress(&mut bytes, packed),
            };
            result.map_err(|code| io::Error::other(get_error_name(code)))
        })?;
        Ok(bytes)
    }
}

/// The dictionaries of the segments that are being read. Most have one in common.
#[derive(Debug, Default)]
pub(crate) struct Dictionaries(Mutex<Vec<Weak<Unpacking>>>);

impl Dictionaries {
    /// What unpacks with a dictionary.
    pub(crate) fn unpacking(&self, dictionary: &PackedDictionary) -> io::Result<Arc<Unpacking>> {
        let bytes = Unpacking::PLAIN.unpack(&dictionary.packed, dictionary.unpacked)?;
        let mut known = lock(&self.0);
        known.retain(|known| known.strong_count() > 0);
        if let Some(same) = known.iter().filter_map(Weak::upgrade).find(|known| known.bytes == bytes) {
            return Ok(same);
        }
        let prepared = DDict::try_create(&bytes).ok_or(io::ErrorKind::OutOfMemory)?;
        let new = Arc::new(Unpacking { prepared: Some(prepared), bytes });
        known.push(Arc::downgrade(&new));
        Ok(new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_unpack_with_the_dictionary_they_were_packed_with_and_equal_ones_are_shared() {
        let sample =
            |seed: usize| (0..300).map(move |at| format!("{{\"id\":{},\"of\":{seed}}}", at * seed).into_bytes());
        let dictionaries = Dictionaries::default();
        let [first, second] = [7, 11].map(|seed| {
            let mut packer = Packer::of_samples(sample(seed)).unwrap();
            let block: Vec<u8> = sample(seed).skip(20).step_by(3).flatten().collect();
            let packed = packer.pack(&block).unwrap();
            assert!(packed.len() < block.len() / 4);
            let dictionary = packer.dictionary().unwrap();
            let unpacking = dictionaries.unpacking(dictionary).unwrap();
            assert_eq!(unpacking.unpack(&packed, block.len()).unwrap(), block);
            let mut again = Packer::with(dictionary.clone()).unwrap();
            assert_eq!(again.pack(&block).unwrap(), packed);
            assert!(Arc::ptr_eq(&unpacking, &dictionaries.unpacking(dictionary).unwrap()));
            unpacking
        });
        assert!(!Arc::ptr_eq(&first, &second));
        let plain = Packer::of_samples(std::iter::empty()).unwrap().pack(b"some bytes").unwrap();
        assert_eq!(Unpacking::PLAIN.unpack(&plain, 10).unwrap(), b"some bytes");
    }
}
