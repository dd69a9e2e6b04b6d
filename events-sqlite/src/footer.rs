//! The tables at the end of a segment file: where everything is, with its checksum.
//!
//! A segment file is written once, from the front to the back:
//!
//! ```text
//! magic                      8 bytes
//! dictionary                 zstd, what the blocks of documents refer to
//! blocks of documents        zstd, about 64 documents each, without the ids of their operations
//! pages of keys              ascending 128-bit keys with their posting lists, about 8 KiB each
//! blocks of places           (timestamp, id, seq, document) by position, 256 each
//! pages of ids               positions in the order of the ids, 256 each
//! values                     zstd, the values of the attributes that are counted by
//! key filter                 which keys and ids it may have
//! footer                     this file
//! trailer                    offset, length and checksum of the footer, magic
//! ```

use events_core::{Cursor, EventId, Timestamp};

use crate::{
    codec::{Decoder, Malformed, Put},
    key_hash::KeyHash,
};

/// First and last bytes of a segment file; the digit is the version of the format.
pub(crate) const MAGIC: [u8; 8] = *b"evtseg3\n";

/// Bytes of the trailer.
pub(crate) const TRAILER: usize = 32;

/// A stretch of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Region {
    pub(crate) offset: u64,
    pub(crate) length: usize,
    pub(crate) checksum: u64,
}

/// A block of documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DocumentBlock {
    /// The first of its documents, counted through all blocks.
    pub(crate) first: u32,
    pub(crate) region: Region,
    /// Bytes when it is unpacked.
    pub(crate) unpacked: usize,
}

/// Where everything is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Footer {
    pub(crate) events: usize,
    pub(crate) documents: Vec<DocumentBlock>,
    /// With the smallest key of each page.
    pub(crate) keys: Vec<(KeyHash, Region)>,
    /// With the first event of each block.
    pub(crate) places: Vec<(Cursor, Region)>,
    /// With the smallest id of each page.
    pub(crate) ids: Vec<(EventId, Region)>,
    pub(crate) values: Region,
    pub(crate) values_unpacked: usize,
    pub(crate) filter: Region,
    /// Empty where the segment has none.
    pub(crate) dictionary: Region,
    pub(crate) dictionary_unpacked: usize,
}

impl Footer {
    /// How much memory it takes.
    pub(crate) fn bytes(&self) -> usize {
        let Self { documents, keys, places, ids, .. } = self;
        size_of_val(&**documents) + size_of_val(&**keys) + size_of_val(&**places) + size_of_val(&**ids)
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        out.put_varint(self.events as u64);
        out.put_varint(self.documents.len() as u64);
        for block in &self.documents {
            out.put_varint(block.first.into());
            put_region(&mut out, block.region);
            out.put_varint(block.unpacked as u64);
        }
        out.put_varint(self.keys.len() as u64);
        for (key, region) in &self.keys {
            out.put_u128(key.0);
            put_region(&mut out, *region);
        }
        out.put_varint(self.places.len() as u64);
        for (cursor, region) in &self.places {
            out.put_signed(cursor.timestamp.millis());
            out.put_u128(cursor.id.as_u128());
            put_region(&mut out, *region);
        }
        out.put_varint(self.ids.len() as u64);
        for (id, region) in &self.ids {
            out.put_u128(id.as_u128());
            put_region(&mut out, *region);
        }
        put_region(&mut out, self.values);
        out.put_varint(self.values_unpacked as u64);
        put_region(&mut out, self.filter);
        put_region(&mut out, self.dictionary);
        out.put_varint(self.dictionary_unpacked as u64);
        out
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut decoder = Decoder::new(bytes);
        Ok(Self {
            events: decoder.length()?,
            documents: list(&mut decoder, |decoder| {
                Ok(DocumentBlock {
                    first: u32::try_from(decoder.varint()?).map_err(|_| Malformed("a block begins nowhere"))?,
                    region: region(decoder)?,
                    unpacked: decoder.length()?,
                })
            })?,
            keys: list(&mut decoder, |decoder| Ok((KeyHash(decoder.u128()?), region(decoder)?)))?,
            places: list(&mut decoder, |decoder| {
                let timestamp = Timestamp::from_millis(decoder.signed()?);
                Ok((Cursor { timestamp, id: EventId::from_u128(decoder.u128()?) }, region(decoder)?))
            })?,
            ids: list(&mut decoder, |decoder| Ok((EventId::from_u128(decoder.u128()?), region(decoder)?)))?,
            values: region(&mut decoder)?,
            values_unpacked: decoder.length()?,
            filter: region(&mut decoder)?,
            dictionary: region(&mut decoder)?,
            dictionary_unpacked: decoder.length()?,
        })
    }
}

fn put_region(out: &mut Vec<u8>, region: Region) {
    out.put_varint(region.offset);
    out.put_varint(region.length as u64);
    out.put_u64(region.checksum);
}

fn region(decoder: &mut Decoder<'_>) -> Result<Region, Malformed> {
    Ok(Region { offset: decoder.varint()?, length: decoder.length()?, checksum: decoder.u64()? })
}

fn list<T>(
    decoder: &mut Decoder<'_>,
    item: impl Fn(&mut Decoder<'_>) -> Result<T, Malformed>,
) -> Result<Vec<T>, Malformed> {
    let length = decoder.length()?;
    // Every item fails at the end of the bytes, so a damaged length cannot make this long.
    (0..length).map(|_| item(decoder)).collect()
}

/// The trailer behind a footer.
pub(crate) fn trailer(footer: Region) -> Vec<u8> {
    let mut out = Vec::with_capacity(TRAILER);
    out.put_u64(footer.offset);
    out.put_u64(footer.length as u64);
    out.put_u64(footer.checksum);
    out.extend_from_slice(&MAGIC);
    out
}

/// Reads a trailer.
pub(crate) fn read_trailer(bytes: &[u8]) -> Result<Region, Malformed> {
    let mut decoder = Decoder::new(bytes);
    let offset = decoder.u64()?;
    let length = usize::try_from(decoder.u64()?).map_err(|_| Malformed("its footer is too large"))?;
    let checksum = decoder.u64()?;
    if decoder.take(MAGIC.len())? != MAGIC {
        return Err(Malformed("it does not end like a segment"));
    }
    Ok(Region { offset, length, checksum })
}
