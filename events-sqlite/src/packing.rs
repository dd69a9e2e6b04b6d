//! Packing documents: zstd, with a dictionary for each segment.
//!
//! Documents of a segment have much in common, but those of one block are few. The dictionary is a sample
//! of the segment's own documents that every block may refer to: blocks stay small, and so fast to unpack,
//! and pack nearly as well as large ones (measured).

use std::{cell::RefCell, fmt, io};

use zstd::zstd_safe::{DCtx, DDict, get_error_name};

/// Bytes of a dictionary, at most.
const DICTIONARY_BYTES: usize = 64 << 10;
/// A larger document would leave no room for others.
const SAMPLE_BYTES: usize = 4 << 10;
/// Events below which a dictionary takes more than it saves.
const WORTH_A_DICTIONARY: usize = 512;

/// How the blocks of a segment are packed.
#[derive(Debug)]
pub(crate) struct Packing {
    pub(crate) level: i32,
    pub(crate) dictionary: Vec<u8>,
}

impl Packing {
    /// For a segment that waits for its place in a merged one: quick.
    pub(crate) const SEALED: i32 = 1;
    /// For one that stays: small. Level 6 would save two percent more for three times the work (measured).
    pub(crate) const MERGED: i32 = 3;

    /// How many documents are sampled for the dictionary of so many.
    pub(crate) fn samples(level: i32, events: usize) -> usize {
        match events {
            ..WORTH_A_DICTIONARY => 0,
            _ if level == Self::SEALED => 16,
            _ => 64,
        }
    }

    /// With a dictionary of these documents, as they are stored.
    pub(crate) fn of_samples<'d>(level: i32, samples: impl Iterator<Item = &'d [u8]>) -> Self {
        let mut dictionary = Vec::new();
        for sample in samples.filter(|sample| sample.len() <= SAMPLE_BYTES) {
            if dictionary.len() + sample.len() > DICTIONARY_BYTES {
                break;
            }
            dictionary.extend_from_slice(sample);
        }
        Self { level, dictionary }
    }

    pub(crate) fn compressor(&self) -> io::Result<zstd::bulk::Compressor<'static>> {
        zstd::bulk::Compressor::with_dictionary(self.level, &self.dictionary)
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
