//! Positions as gaps in Rice's code: about one and a half bits more for each than the logarithm of the
//! mean gap, where whole bytes would take twice as much.
//!
//! Source: Rice, Plaunt, "Adaptive Variable-Length Coding for Efficient Compression of Spacecraft Television
//! Data" (1971). A gap is its quotient by a power of two in unary, ones and a zero, then the remainder. The
//! first byte is the exponent; ones fill the last byte, so that nothing ends there.

use crate::codec::Malformed;

/// Larger exponents would leave positions of 16 bits nothing but remainders.
const MOST: u32 = 16;

/// Appends ascending positions, at least one.
pub(crate) fn put(positions: &[u16], out: &mut Vec<u8>) {
    let Some(last) = positions.last() else { return };
    let mean = (u64::from(*last) + 1) / positions.len() as u64;
    let exponent = (mean * 7 / 10).max(1).ilog2();
    out.push(exponent as u8);
    let (mut bits, mut count) = (0u64, 0);
    let mut put_bits = |value: u64, length: u32| {
        bits |= value << count;
        count += length;
        while count >= 8 {
            out.push(bits as u8);
            bits >>= 8;
            count -= 8;
        }
    };
    let mut next = 0;
    for position in positions {
        let gap = u64::from(*position) - next;
        next = u64::from(*position) + 1;
        let mut quotient = gap >> exponent;
        while quotient >= 32 {
            put_bits(u64::from(u32::MAX), 32);
            quotient -= 32;
        }
        put_bits((1 << quotient) - 1, quotient as u32 + 1);
        put_bits(gap & ((1 << exponent) - 1), exponent);
    }
    put_bits(0x7f, 7);
}

/// At most how many positions a list has.
pub(crate) fn at_most(list: &[u8]) -> usize {
    let Some((exponent, bytes)) = list.split_first() else { return 0 };
    // A gap takes its remainder and at least the zero.
    8 * bytes.len() / (usize::from(*exponent) + 1)
}

/// Calls `each` for every position, ascending.
pub(crate) fn for_each(list: &[u8], mut each: impl FnMut(usize)) -> Result<(), Malformed> {
    let Some((exponent, bytes)) = list.split_first() else { return Ok(()) };
    let exponent = u32::from(*exponent);
    if exponent > MOST {
        return Err(Malformed("a posting list has gaps too large"));
    }
    let mut reader = Reader { bytes, bits: 0, count: 0 };
    let mut next = 0usize;
    loop {
        reader.fill();
        let mut quotient = 0usize;
        let mut ones = reader.bits.trailing_ones();
        // Nearly always there is a zero among the bits, and the remainder behind it.
        while ones >= reader.count {
            if reader.count == 0 {
                return Ok(());
            }
            quotient += reader.count as usize;
            reader.skip_all();
            reader.fill();
            ones = reader.bits.trailing_ones();
        }
        quotient += ones as usize;
        reader.skip(ones + 1);
        if reader.count < exponent {
            reader.fill();
            if reader.count < exponent {
                return Err(Malformed("a posting list ends too early"));
            }
        }
        let remainder = (reader.bits & ((1 << exponent) - 1)) as usize;
        reader.skip(exponent);
        let position = next.saturating_add(quotient << exponent).saturating_add(remainder);
        each(position);
        next = position.saturating_add(1);
    }
}

/// The next bits of a list, a word at a time.
///
/// Source: Fabian Giesen, "Reading bits in far too many ways", part 2 (2018), variant 4.
struct Reader<'b> {
    bytes: &'b [u8],
    /// The lowest is the next. Those above `count` are zero, or what `bytes` begins with.
    bits: u64,
    count: u32,
}

impl Reader<'_> {
    /// Makes `count` at least 56, or all there are.
    fn fill(&mut self) {
        if let Some(word) = self.bytes.first_chunk::<8>() {
            self.bits |= u64::from_le_bytes(*word) << self.count;
            self.bytes = &self.bytes[((63 - self.count) / 8) as usize..];
            self.count |= 56;
            return;
        }
        while self.count < 56
            && let Some((byte, rest)) = self.bytes.split_first()
        {
            self.bits |= u64::from(*byte) << self.count;
            self.count += 8;
            self.bytes = rest;
        }
    }

    /// Leaves out as many as there are, at most.
    fn skip(&mut self, bits: u32) {
        self.bits >>= bits;
        self.count -= bits;
    }

    fn skip_all(&mut self) {
        (self.bits, self.count) = (0, 0);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn positions_read_back(set in proptest::collection::btree_set(any::<u16>(), 1..300), dense in 0u16..2_000) {
            let positions: Vec<u16> = (0..dense).chain(set.into_iter().filter(|position| *position >= dense)).collect();
            let mut list = Vec::new();
            put(&positions, &mut list);
            let mut found = Vec::new();
            for_each(&list, |position| found.push(position)).unwrap();
            prop_assert_eq!(found, positions.into_iter().map(usize::from).collect::<Vec<_>>());
        }
    }
}
