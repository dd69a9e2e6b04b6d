//! Packing documents: zstd, with a dictionary for each segment.
//!
//! Documents of a segment have much in common, but those of one block are few. The dictionary is a sample
//! of the segment's own documents that every block may refer to: blocks stay small, and so fast to unpack,
//! and pack nearly as well as large ones (measured).

use std::{cell::RefCell, fmt, io};

use zstd::zstd_safe::{CParameter, DCtx, DDict, get_error_name};

/// Bytes of a dictionary, at most. Four times as much would save two percent more (measured), and every
/// segment that is searched keeps its dictionary in memory.
const DICTIONARY_BYTES: usize = 256 << 10;
/// A larger document would leave no room for others.
const SAMPLE_BYTES: usize = 4 << 10;
/// Events below which a dictionary takes more than it saves.
const WORTH_A_DICTIONARY: usize = 512;

/// Events for each document that is sampled for the dictionary.
const EVENTS_PER_SAMPLE: usize = 256;
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
/// Of what has no dictionary, and is little.
const LEVEL_ALONE: i32 = 3;

/// How the blocks of a segment are packed.
#[derive(Debug)]
pub(crate) struct Packing {
    pub(crate) dictionary: Vec<u8>,
}

impl Packing {
    /// How many documents are sampled for the dictionary of so many.
    pub(crate) fn samples(events: usize) -> usize {
        if events < WORTH_A_DICTIONARY { 0 } else { events / EVENTS_PER_SAMPLE }
    }

    /// With a dictionary of these documents, as they are stored.
    pub(crate) fn of_samples<'d>(samples: impl Iterator<Item = &'d [u8]>) -> Self {
        let mut dictionary = Vec::new();
        for sample in samples.filter(|sample| sample.len() <= SAMPLE_BYTES) {
            if dictionary.len() + sample.len() > DICTIONARY_BYTES {
                break;
            }
            dictionary.extend_from_slice(sample);
        }
        Self { dictionary }
    }

    /// Packs something on its own.
    pub(crate) fn pack(bytes: &[u8]) -> io::Result<Vec<u8>> {
        zstd::bulk::compress(bytes, LEVEL_ALONE)
    }

    pub(crate) fn compressor(&self) -> io::Result<zstd::bulk::Compressor<'static>> {
        let mut compressor = zstd::bulk::Compressor::with_dictionary(LEVEL, &self.dictionary)?;
        compressor.set_parameter(CParameter::WindowLog(WINDOW_LOG))?;
        compressor.set_parameter(CParameter::HashLog(HASH_LOG))?;
        compressor.set_parameter(CParameter::MinMatch(MIN_MATCH))?;
        Ok(compressor)
    }
}

/// What unpacks the blocks of a segment.
pub(crate) struct Unpacking(Option<DDict<'static>>);

impl fmt::Debug for Unpacking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Unpacking").field(&self.0.as_ref().map(DDict::sizeof)).finish()
    }
}

thread_local! {
    /// Setting one up costs more than unpacking a block.
    static CONTEXT: RefCell<Option<DCtx<'static>>> = const { RefCell::new(None) };
}

impl Unpacking {
    pub(crate) const PLAIN: Self = Self(None);

    /// How much memory it takes.
    pub(crate) fn bytes(&self) -> usize {
        self.0.as_ref().map_or(0, DDict::sizeof)
    }

    pub(crate) fn with(dictionary: &[u8]) -> Self {
        Self(if dictionary.is_empty() { None } else { DDict::try_create(dictionary) })
    }

    /// Unpacks what had so many bytes.
    pub(crate) fn unpack(&self, packed: &[u8], unpacked: usize) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::with_capacity(unpacked);
        CONTEXT.with_borrow_mut(|slot| {
            let context = match slot {
                Some(context) => context,
                None => slot.insert(DCtx::try_create().ok_or(io::ErrorKind::OutOfMemory)?),
            };
            let result = match &self.0 {
                Some(dictionary) => context.decompress_using_ddict(&mut bytes, packed, dictionary),
                None => context.decompress(&mut bytes, packed),
            };
            result.map_err(|code| io::Error::other(get_error_name(code)))
        })?;
        Ok(bytes)
    }
}
