//! The tables at the end of a segment file: where everything is, with its checksum.
//!
//! A segment file is written once, from the front to the back:
//!
//! ```text
//! magic                      8 bytes
//! dictionaries               zstd, what the blocks of documents refer to; between them, where merging met them
//! blocks of documents        zstd, 64 documents each, without the ids of their operations
//! long posting lists         each once, whatever the number of keys that have it; between the pages of keys
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
    delays::Delays,
    key_hash::KeyHash,
};

/// First and last bytes of a segment file; the digit is the version of the format.
pub(crate) const MAGIC: [u8; 8] = *b"evtseg5\n";

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
    pub(crate) packed: Packed,
    /// Which of the dictionaries it refers to.
    pub(crate) dictionary: Option<usize>,
}

/// Something packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Packed {
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
    /// Long posting lists, by their number.
    pub(crate) long_lists: Vec<Region>,
    /// With the first event of each block.
    pub(crate) places: Vec<(Cursor, Region)>,
    /// With the smallest id of each page.
    pub(crate) ids: Vec<(EventId, Region)>,
    pub(crate) values: Packed,
    pub(crate) filter: Region,
    pub(crate) dictionaries: Vec<Packed>,
    /// By block of places.
    pub(crate) delays: Vec<Delays>,
}

impl Footer {
    /// How much memory it takes.
    pub(crate) fn bytes(&self) -> usize {
        let Self { documents, long_lists, keys, places, ids, delays, .. } = self;
        size_of_val(&**documents)
            + size_of_val(&**long_lists)
            + size_of_val(&**keys)
            + size_of_val(&**places)
            + size_of_val(&**ids)
            + size_of_val(&**delays)
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        out.put_varint(self.events as u64);
        out.put_varint(self.dictionaries.len() as u64);
        self.dictionaries.iter().for_each(|dictionary| put_packed(&mut out, *dictionary));
        out.put_varint(self.documents.len() as u64);
        for block in &self.documents {
            out.put_varint(block.first.into());
            put_packed(&mut out, block.packed);
            out.put_varint(block.dictionary.map_or(0, |dictionary| dictionary as u64 + 1));
        }
        out.put_varint(self.long_lists.len() as u64);
        self.long_lists.iter().for_each(|list| put_region(&mut out, *list));
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
        put_packed(&mut out, self.values);
        put_region(&mut out, self.filter);
        out.put_varint(self.delays.len() as u64);
        self.delays.iter().for_each(|delays| delays.encode(&mut out));
        out
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut decoder = Decoder::new(bytes);
        let footer = Self {
            events: decoder.length()?,
            dictionaries: list(&mut decoder, packed)?,
            documents: list(&mut decoder, document_block)?,
            long_lists: list(&mut decoder, region)?,
            keys: list(&mut decoder, |decoder| Ok((KeyHash(decoder.u128()?), region(decoder)?)))?,
            places: list(&mut decoder, |decoder| {
                let timestamp = Timestamp::from_millis(decoder.signed()?);
                Ok((Cursor { timestamp, id: EventId::from_u128(decoder.u128()?) }, region(decoder)?))
            })?,
            ids: list(&mut decoder, |decoder| Ok((EventId::from_u128(decoder.u128()?), region(decoder)?)))?,
            values: packed(&mut decoder)?,
            filter: region(&mut decoder)?,
            delays: list(&mut decoder, Delays::decode)?,
        };
        if footer.documents.iter().filter_map(|block| block.dictionary).any(|index| index >= footer.dictionaries.len())
        {
            return Err(Malformed("a block refers to no dictionary"));
        }
        if footer.delays.len() != footer.places.len() {
            return Err(Malformed("it has delays of other blocks than it has"));
        }
        Ok(footer)
    }
}

fn document_block(decoder: &mut Decoder<'_>) -> Result<DocumentBlock, Malformed> {
    Ok(DocumentBlock {
        first: u32::try_from(decoder.varint()?).map_err(|_| Malformed("a block begins nowhere"))?,
        packed: packed(decoder)?,
        dictionary: decoder.length()?.checked_sub(1),
    })
}

fn put_region(out: &mut Vec<u8>, region: Region) {
    out.put_varint(region.offset);
    out.put_varint(region.length as u64);
    out.put_u64(region.checksum);
}

fn put_packed(out: &mut Vec<u8>, packed: Packed) {
    put_region(out, packed.region);
    out.put_varint(packed.unpacked as u64);
}

fn region(decoder: &mut Decoder<'_>) -> Result<Region, Malformed> {
    Ok(Region { offset: decoder.varint()?, length: decoder.length()?, checksum: decoder.u64()? })
}

fn packed(decoder: &mut Decoder<'_>) -> Result<Packed, Malformed> {
    Ok(Packed { region: region(decoder)?, unpacked: decoder.length()? })
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

/// Reads a trailer: where the footer is.
pub(crate) fn read_trailer(bytes: &[u8]) -> Result<Region, Malformed> {
    let mut decoder = Decoder::new(bytes);
    let offset = decoder.u64()?;
    let length = usize::try_from(decoder.u64()?).map_err(|_| Malformed("its footer is too large"))?;
    let checksum = decoder.u64()?;
    if decoder.take(MAGIC.len())? != MAGIC {
        return Err(Malformed("it does not end like a segment of this version"));
    }
    Ok(Region { offset, length, checksum })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region(offset: u64) -> Region {
        Region { offset, length: offset as usize + 1, checksum: offset * 7 }
    }

    fn footer(dictionaries: usize, of_blocks: [Option<usize>; 2]) -> Footer {
        let packed = |offset| Packed { region: region(offset), unpacked: 1_000 };
        let id = EventId::from_u128(300);
        Footer {
            events: 70,
            dictionaries: (0..dictionaries as u64).map(|at| packed(10 + at)).collect(),
            documents: vec![
                DocumentBlock { first: 0, packed: packed(20), dictionary: of_blocks[0] },
                DocumentBlock { first: 64, packed: packed(30), dictionary: of_blocks[1] },
            ],
            long_lists: vec![region(40), region(50)],
            keys: vec![(KeyHash(7), region(60))],
            places: vec![(Cursor { timestamp: Timestamp::from_millis(5), id }, region(70))],
            ids: vec![(id, region(80))],
            values: packed(90),
            filter: region(100),
            delays: vec![Delays::of(Timestamp::from_millis(5), Some(Timestamp::from_millis(9)))],
        }
    }

    #[test]
    fn a_footer_reads_back() {
        for footer in [footer(2, [Some(1), None]), footer(0, [None, None])] {
            assert_eq!(Footer::decode(&footer.encode()), Ok(footer));
        }
        let nowhere = footer(1, [Some(0), Some(1)]);
        assert!(Footer::decode(&nowhere.encode()).is_err());
    }

    #[test]
    fn a_trailer_reads_back() {
        let mut bytes = trailer(region(9));
        assert_eq!(read_trailer(&bytes), Ok(region(9)));
        bytes[TRAILER - 1] ^= 1;
        assert!(read_trailer(&bytes).is_err());
    }
}
