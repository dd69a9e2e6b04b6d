//! Where the events of a segment stand: in time, in the journal, among its documents.

use events_core::{Cursor, EventId, Seq, Timestamp};

use crate::{
    codec::{Decoder, Malformed, Put},
    key_hash::ById,
};

/// An event of a segment. Its position is its rank by time and id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) cursor: Cursor,
    pub(crate) seq: Seq,
    /// Which of the segment's documents is its own, counted through all blocks.
    pub(crate) document: u32,
}

/// How many places are written, and read, together.
pub(crate) const PLACES_PER_BLOCK: usize = 256;

/// The low 80 bits of an id: all but its time.
const LOW: u128 = (1 << 80) - 1;

/// Appends up to [`PLACES_PER_BLOCK`] places, ascending. What mostly repeats costs a byte, and so does the
/// id of a closing whose opening is in the same block.
pub(crate) fn encode(places: &[Place], out: &mut Vec<u8>) {
    let (mut time, mut seq, mut document) = (0, 0, 0);
    let mut openings: ById<usize> = ById::default();
    for (index, place) in places.iter().enumerate() {
        let at = place.cursor.timestamp.millis();
        let id = place.cursor.id;
        out.put_signed(at - time);
        let opening = if id == id.closing() { openings.get(&id.opening()) } else { None };
        match opening {
            Some(opening) => out.put_varint((index - opening) as u64),
            None => {
                out.put_varint(0);
                out.put_signed((id.as_u128() >> 80) as i64 - at);
                out.extend_from_slice(&(id.as_u128() & LOW).to_le_bytes()[..10]);
            }
        }
        openings.insert(id, index);
        out.put_signed((place.seq.0 as i64).wrapping_sub(seq));
        out.put_signed(i64::from(place.document) - document);
        time = at;
        seq = place.seq.0 as i64 + 1;
        document = i64::from(place.document) + 1;
    }
}

/// Reads what [`encode`] wrote.
pub(crate) fn decode(bytes: &[u8]) -> Result<Vec<Place>, Malformed> {
    let mut decoder = Decoder::new(bytes);
    let mut places: Vec<Place> = Vec::with_capacity(PLACES_PER_BLOCK);
    let (mut time, mut seq, mut document) = (0i64, 0i64, 0i64);
    while !decoder.is_empty() {
        time = time.wrapping_add(decoder.signed()?);
        let id = match decoder.length()? {
            0 => {
                let id_time = time.wrapping_add(decoder.signed()?);
                let mut low = [0; 16];
                low[..10].copy_from_slice(decoder.take(10)?);
                EventId::from_u128(u128::from(id_time as u64) << 80 | u128::from_le_bytes(low))
            }
            back => {
                let opening = places.len().checked_sub(back).ok_or(Malformed("a closing has no opening"))?;
                places[opening].cursor.id.closing()
            }
        };
        seq = seq.wrapping_add(decoder.signed()?);
        document = document.wrapping_add(decoder.signed()?);
        places.push(Place {
            cursor: Cursor { timestamp: Timestamp::from_millis(time), id },
            seq: Seq(seq as u64),
            document: u32::try_from(document).map_err(|_| Malformed("a place names no document"))?,
        });
        seq = seq.wrapping_add(1);
        document += 1;
    }
    Ok(places)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn places_read_back(
            rows in proptest::collection::vec((0i64..4_000_000_000_000, any::<u128>(), 0u64..1 << 40, any::<u32>()), 0..256)
        ) {
            let places: Vec<Place> = rows
                .into_iter()
                .flat_map(|(millis, id, seq, document)| {
                    let place = |id| Place {
                        cursor: Cursor { timestamp: Timestamp::from_millis(millis), id },
                        seq: Seq(seq),
                        document,
                    };
                    let id = EventId::from_u128(id);
                    [place(id.opening()), place(id), place(id.closing())]
                })
                .collect();
            let mut out = Vec::new();
            encode(&places, &mut out);
            prop_assert_eq!(decode(&out).unwrap(), places);
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes: Vec<u8>) {
            let _ = decode(&bytes);
        }
    }
}
