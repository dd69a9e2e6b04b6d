//! Posting lists: the positions of the events that have a key, in one of four writings: small ones, and
//! for what many events have one that is read quickly.

use std::ops::Range;

use crate::{
    codec::{Decoder, Malformed, Put},
    positions::{Bits, Positions, most_listed},
    rice,
};

/// Gaps between positions.
const GAPS: u64 = 0;
/// A bit for each event.
const BITMAP: u64 = 1;
/// Gaps and lengths of runs.
const RUNS: u64 = 2;
/// Gaps in Rice's code; or the number of a list that stands elsewhere.
const RICE: u64 = 3;

/// Where Rice's code would have its exponent: the number of a long list follows.
const ELSEWHERE: u8 = 255;

/// Events of a segment for each position of a bitmap, at most. Gaps in Rice's code would be half as large then,
/// but are read a hundred times as slowly, and only the few keys that one event in ten has are written so.
const EVENTS_PER_MARKED: usize = 10;

/// The smallest list that is not written in one byte for each position at most.
const WORTH_A_CODE: usize = 9;

/// Lists of more bytes stand on their own, once for all keys that have them.
pub(crate) const LONG: usize = 512;

/// Appends the posting list of ascending `positions` among `events` events: length and kind, then the list.
pub(crate) fn encode(positions: &[u16], events: usize, out: &mut Vec<u8>) {
    let header = out.len();
    // Most lists are so short that their header has one byte.
    out.push(0);
    let list = out.len();
    let mut kind = GAPS;
    if positions.len() < WORTH_A_CODE {
        put_gaps(positions, out);
    } else if is_worth_runs(positions, events) {
        kind = RUNS;
        put_runs(positions, out);
    } else if positions.len() * EVENTS_PER_MARKED >= events {
        kind = BITMAP;
        put_bitmap(positions, events, out);
    } else {
        kind = RICE;
        rice::put(positions, out);
        // Gaps of which most are small and some are not.
        if out.len() - list > positions.len() {
            let mut gaps = Vec::new();
            put_gaps(positions, &mut gaps);
            if gaps.len() < out.len() - list {
                kind = GAPS;
                out.truncate(list);
                out.append(&mut gaps);
            }
        }
    }
    let length = (out.len() - list) as u64;
    match u8::try_from(length << 2 | kind) {
        Ok(short) if short < 0x80 => out[header] = short,
        _ => {
            let mut long = Vec::with_capacity(4);
            long.put_varint(length << 2 | kind);
            out.splice(header..list, long);
        }
    }
}

/// Appends that the list is the long one of this number.
pub(crate) fn encode_long(number: usize, out: &mut Vec<u8>) {
    let mut list = vec![ELSEWHERE];
    list.put_varint(number as u64);
    out.put_varint((list.len() as u64) << 2 | RICE);
    out.append(&mut list);
}

/// Whether runs take less than what would be written else.
fn is_worth_runs(positions: &[u16], events: usize) -> bool {
    let follows = |pair: &&[u16]| pair[0].checked_add(1) == Some(pair[1]);
    let runs = positions.len() - positions.windows(2).filter(follows).count();
    // Two or three bytes each, against half a byte a position or a bit an event.
    3 * runs < (positions.len() / 2).min(events / 8)
}

fn put_bitmap(positions: &[u16], events: usize, out: &mut Vec<u8>) {
    let bitmap = out.len();
    out.resize(bitmap + events.div_ceil(8), 0);
    for position in positions {
        out[bitmap + usize::from(*position) / 8] |= 1 << (position % 8);
    }
}

fn put_gaps(positions: &[u16], out: &mut Vec<u8>) {
    let mut next = 0;
    for position in positions {
        let position = u64::from(*position);
        out.put_varint(position - next);
        next = position + 1;
    }
}

fn put_runs(positions: &[u16], out: &mut Vec<u8>) {
    let mut next = 0;
    for run in positions.chunk_by(|left, right| left.checked_add(1) == Some(*right)) {
        let start = u64::from(run[0]);
        out.put_varint(start - next);
        out.put_varint(run.len() as u64);
        next = start + run.len() as u64;
    }
}

/// A posting list as it is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Posting<'b> {
    kind: u64,
    list: &'b [u8],
}

impl<'b> Posting<'b> {
    pub(crate) fn read(decoder: &mut Decoder<'b>) -> Result<Self, Malformed> {
        let header = decoder.length()?;
        Ok(Self { kind: header as u64 & 3, list: decoder.take(header >> 2)? })
    }

    /// The number of the long list that it is.
    pub(crate) fn elsewhere(self) -> Option<Result<usize, Malformed>> {
        match self.list.split_first() {
            Some((&ELSEWHERE, number)) if self.kind == RICE => Some(Decoder::new(number).length()),
            _ => None,
        }
    }

    /// Its positions in a part of so many events; what lies outside is left out.
    pub(crate) fn positions(self, events: usize) -> Result<Positions, Malformed> {
        if self.kind == BITMAP {
            return Ok(Bits::of_bytes(events, self.list).into());
        }
        if self.at_most() <= most_listed(events) {
            let mut listed = Vec::with_capacity(self.at_most());
            // No part has positions of more than 16 bits.
            self.for_each(|position| listed.extend((position < events).then_some(position as u16)))?;
            return Ok(Positions::of_listed(events, listed));
        }
        let mut bits = Bits::none(events);
        if self.kind == RUNS {
            self.for_each_run(|run| bits.insert_range(run))?;
        } else {
            self.for_each(|position| bits.insert(position))?;
        }
        Ok(bits.into())
    }

    /// At most how many positions it has.
    fn at_most(self) -> usize {
        match self.kind {
            GAPS => self.list.len(),
            RICE => rice::at_most(self.list),
            _ => usize::MAX,
        }
    }

    fn for_each_run(self, mut each: impl FnMut(Range<usize>)) -> Result<(), Malformed> {
        let mut decoder = Decoder::new(self.list);
        let mut next = 0usize;
        while !decoder.is_empty() {
            let start = next.saturating_add(decoder.length()?);
            next = start.saturating_add(decoder.length()?);
            each(start..next);
        }
        Ok(())
    }

    /// Calls `each` for its positions, ascending.
    pub(crate) fn for_each(self, mut each: impl FnMut(usize)) -> Result<(), Malformed> {
        let mut decoder = Decoder::new(self.list);
        let mut next = 0usize;
        match self.kind {
            GAPS => {
                while !decoder.is_empty() {
                    let position = next.saturating_add(decoder.length()?);
                    each(position);
                    next = position.saturating_add(1);
                }
            }
            BITMAP => {
                for (index, byte) in self.list.iter().enumerate() {
                    let mut bits = *byte;
                    while bits != 0 {
                        each(index * 8 + bits.trailing_zeros() as usize);
                        bits &= bits - 1;
                    }
                }
            }
            // No segment has more positions: a larger run is damage, and would never end.
            RUNS => self.for_each_run(|run| (run.start..run.end.min(1 << 16)).for_each(&mut each))?,
            _ => rice::for_each(self.list, each)?,
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn round_trip(set: &[u16], events: usize) -> (Vec<usize>, Vec<usize>, usize) {
        let mut out = Vec::new();
        encode(set, events, &mut out);
        let posting = Posting::read(&mut Decoder::new(&out)).unwrap();
        let positions = posting.positions(events).unwrap();
        let in_set = (0..events).filter(|at| positions.contains(*at)).collect();
        let mut listed = Vec::new();
        posting.for_each(|position| listed.push(position)).unwrap();
        (in_set, listed, out.len())
    }

    proptest! {
        #[test]
        fn a_posting_list_reads_back(
            sparse in proptest::collection::btree_set(0u16..u16::MAX, 0..60),
            start in 0u16..5_000,
            length in 0u16..5_000,
            step in 1usize..5,
        ) {
            let mut set = sparse;
            set.extend((start..start + length).step_by(step));
            let set: Vec<u16> = set.into_iter().collect();
            let expected: Vec<usize> = set.iter().map(|position| usize::from(*position)).collect();
            let (in_set, listed, _) = round_trip(&set, 65_536);
            prop_assert_eq!(&in_set, &expected);
            prop_assert_eq!(&listed, &expected);
        }

        #[test]
        fn arbitrary_bytes_never_panic(kind in 0u64..4, list: Vec<u8>) {
            let posting = Posting { kind, list: &list };
            let _ = posting.positions(1_000);
            let _ = posting.for_each(|_| {});
        }
    }

    #[test]
    fn every_writing_has_its_lists() {
        let every = |step: usize, events: usize| (0..events as u16).step_by(step).collect::<Vec<u16>>();
        let runs: Vec<u16> = (0..60_000u16).filter(|position| position % 1_000 < 500).collect();
        let uneven: Vec<u16> = (0..65_000u16).filter(|position| position % 20_000 < 300 && position % 3 == 0).collect();
        let lists = [
            (vec![7, 60_000], GAPS),
            (every(3, 60_000), BITMAP),
            (every(10, 65_535), BITMAP),
            (every(11, 60_000), RICE),
            (every(900, 60_000), RICE),
            (runs, RUNS),
            (uneven, GAPS),
        ];
        for (list, kind) in lists {
            let mut out = Vec::new();
            encode(&list, 65_536, &mut out);
            assert_eq!(Posting::read(&mut Decoder::new(&out)).unwrap().kind, kind, "{:?} …", &list[..2]);
            let expected: Vec<usize> = list.iter().map(|position| usize::from(*position)).collect();
            let (in_set, listed, _) = round_trip(&list, 65_536);
            assert_eq!((&in_set, &listed), (&expected, &expected));
        }
    }

    #[test]
    fn a_list_that_stands_elsewhere_says_where() {
        for number in [0, 7, 300, 100_000] {
            let mut out = Vec::new();
            encode_long(number, &mut out);
            let posting = Posting::read(&mut Decoder::new(&out)).unwrap();
            assert_eq!(posting.elsewhere(), Some(Ok(number)));
            assert!(posting.positions(65_536).is_err());
        }
        let mut out = Vec::new();
        encode(&(0..300).map(|at| at * 50).collect::<Vec<u16>>(), 65_536, &mut out);
        assert_eq!(Posting::read(&mut Decoder::new(&out)).unwrap().elsewhere(), None);
    }

    #[test]
    fn a_list_never_weighs_more_than_a_bitmap() {
        let dense: Vec<u16> = (0..u16::MAX).filter(|position| position % 3 != 0).collect();
        assert!(round_trip(&dense, 65_536).2 <= 8_192 + 3);
        let everything: Vec<u16> = (0..=u16::MAX).collect();
        assert!(round_trip(&everything, 65_536).2 < 16);
    }
}
