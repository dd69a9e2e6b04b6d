//! Posting lists: the positions of the events that have a key, in one of four writings: the smallest, unless
//! that would be read much slower.

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
/// Gaps in Rice's code.
const RICE: u64 = 3;

/// How many times as large a bitmap may be as gaps: it is read a hundred times as fast, and only the few keys
/// that one in ten events has gain by this.
const BITMAP_MAY_WEIGH: usize = 2;

/// Appends the posting list of ascending `positions` among `events` events: length and kind, then the list.
pub(crate) fn encode(positions: &[u16], events: usize, scratch: &mut Vec<u8>, out: &mut Vec<u8>) {
    scratch.clear();
    let bitmap_bytes = events.div_ceil(8);
    let mut kind = GAPS;
    put_gaps(positions, scratch);
    // Only long lists can gain by another writing.
    if positions.len() > 8 {
        let mut rice = Vec::new();
        rice::put(positions, &mut rice);
        if rice.len() < scratch.len() {
            kind = RICE;
            std::mem::swap(scratch, &mut rice);
        }
        let mut bitmap_may_weigh = BITMAP_MAY_WEIGH * scratch.len();
        let mut runs = Vec::new();
        put_runs(positions, &mut runs);
        if runs.len() < scratch.len() {
            kind = RUNS;
            std::mem::swap(scratch, &mut runs);
            bitmap_may_weigh = scratch.len();
        }
        if bitmap_bytes < bitmap_may_weigh {
            kind = BITMAP;
            scratch.clear();
            scratch.resize(bitmap_bytes, 0);
            for position in positions {
                scratch[usize::from(*position) / 8] |= 1 << (position % 8);
            }
        }
    }
    out.put_varint((scratch.len() as u64) << 2 | kind);
    out.extend_from_slice(scratch);
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
        encode(set, events, &mut Vec::new(), &mut out);
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
    fn a_list_never_weighs_more_than_a_bitmap() {
        let dense: Vec<u16> = (0..u16::MAX).filter(|position| position % 3 != 0).collect();
        assert!(round_trip(&dense, 65_536).2 <= 8_192 + 3);
        let everything: Vec<u16> = (0..=u16::MAX).collect();
        assert!(round_trip(&everything, 65_536).2 < 16);
    }
}
