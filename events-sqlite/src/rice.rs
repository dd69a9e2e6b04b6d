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

/// Calls `each` for every position, ascending.
pub(crate) fn for_each(list: &[u8], mut each: impl FnMut(usize)) -> Result<(), Malformed> {
    let Some((exponent, mut bytes)) = list.split_first() else { return Ok(()) };
    let exponent = u32::from(*exponent);
    if exponent > MOST {
        return Err(Malformed("a posting list has gaps too large"));
    }
    let (mut bits, mut count) = (0u64, 0u32);
    let mut fill = |bits: &mut u64, count: &mut u32| {
        while *count <= 56
            && let Some((byte, rest)) = bytes.split_first()
        {
            *bits |= u64::from(*byte) << *count;
            *count += 8;
            bytes = rest;
        }
    };
    let mut next = 0usize;
    loop {
        let mut quotient = 0usize;
        loop {
            fill(&mut bits, &mut count);
            let ones = bits.trailing_ones();
            if ones < count {
                quotient += ones as usize;
                bits = bits >> ones >> 1;
                count -= ones + 1;
                break;
            }
            if count == 0 {
                return Ok(());
            }
            quotient += count as usize;
            (bits, count) = (0, 0);
        }
        fill(&mut bits, &mut count);
        let Some(rest) = count.checked_sub(exponent) else {
            return Err(Malformed("a posting list ends too early"));
        };
        let remainder = (bits & ((1 << exponent) - 1)) as usize;
        bits >>= exponent;
        count = rest;
        let position = next.saturating_add(quotient << exponent).saturating_add(remainder);
        each(position);
        next = position.saturating_add(1);
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
