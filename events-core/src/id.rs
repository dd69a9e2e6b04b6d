//! Event ids: UUIDv7, monotonic in one process, opening and closing as a pair.

use std::{
    collections::hash_map::RandomState,
    fmt,
    hash::{BuildHasher, Hasher},
    str::FromStr,
    sync::{Mutex, PoisonError},
};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::timestamp::Timestamp;

/// The id of an event, `event/<uuid>`.
///
/// The least significant bit tells the two events of an operation apart: 0 in an opening and in a
/// direct event, 1 in a closing, whose other 127 bits are its opening's. So at most one closing can
/// exist for an opening wherever ids are unique. Ids name events, they do not order them.
///
/// ```
/// use events_core::EventId;
///
/// let opening: EventId = "event/0192f3a4-5b6c-7d8e-9f01-23456789abce".parse()?;
/// assert_eq!(opening.closing().to_string(), "event/0192f3a4-5b6c-7d8e-9f01-23456789abcf");
/// assert_eq!(opening.closing().opening(), opening);
/// # Ok::<(), events_core::InvalidEventId>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId(u128);

/// Why a string is not an event id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an event id: write `event/<uuid>`")]
pub struct InvalidEventId(String);

/// Length of `event/` and a UUID.
pub(crate) const ID_LEN: usize = 42;

/// An id without its digits.
const BLANK: &[u8; ID_LEN] = b"event/00000000-0000-0000-0000-000000000000";

/// The eight hexadecimal digits of a number, worked out at once in one word.
const fn digits(number: u32) -> [u8; 8] {
    const EACH: u64 = u64::MAX / 255;
    // The first digit belongs in the first byte.
    let word = number.swap_bytes() as u64;
    let word = (word | word << 16) & 0x0000_ffff_0000_ffff;
    let word = (word | word << 8) & 0x00ff_00ff_00ff_00ff;
    let word = (word >> 4 | word << 8) & (EACH * 0x0f);
    let letters = (word + EACH * 6) >> 4 & EACH;
    (word + EACH * b'0' as u64 + letters * (b'a' - b'0' - 10) as u64).to_le_bytes()
}

impl EventId {
    /// From the 128 bits of the UUID.
    pub const fn from_u128(bits: u128) -> Self {
        Self(bits)
    }

    /// The 128 bits of the UUID.
    pub const fn as_u128(self) -> u128 {
        self.0
    }

    /// The id of this operation's closing.
    pub const fn closing(self) -> Self {
        Self(self.0 | 1)
    }

    /// The id of this operation's opening.
    pub const fn opening(self) -> Self {
        Self(self.0 & !1)
    }

    /// The time in the id: when it was made, by the id clock.
    pub fn timestamp(self) -> Timestamp {
        Timestamp::from_millis((self.0 >> 80) as i64)
    }

    /// The smallest id of a point in time.
    pub fn first_at(at: Timestamp) -> Self {
        Self((u128::try_from(at.millis()).unwrap_or(0)) << 80)
    }

    /// Its text, as it is displayed, without allocating: `event/` and the hyphenated UUID.
    pub fn write(self) -> [u8; ID_LEN] {
        let mut text = *BLANK;
        self.put(&mut text);
        text
    }

    /// Appends its text: straight to its place, where nothing reads it again at once.
    #[inline]
    pub(crate) fn append(self, out: &mut Vec<u8>) {
        out.extend_from_slice(BLANK);
        if let Some(text) = out.last_chunk_mut() {
            self.put(text);
        }
    }

    #[inline]
    fn put(self, text: &mut [u8; ID_LEN]) {
        let part = |shift: u32| digits((self.0 >> shift) as u32);
        let (second, third) = (part(64), part(32));
        text[6..14].copy_from_slice(&part(96));
        text[15..19].copy_from_slice(&second[..4]);
        text[20..24].copy_from_slice(&second[4..]);
        text[25..29].copy_from_slice(&third[..4]);
        text[30..34].copy_from_slice(&third[4..]);
        text[34..].copy_from_slice(&part(0));
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(str::from_utf8(&self.write()).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Parses a hyphenated UUID.
pub(crate) fn parse_uuid(text: &str) -> Option<u128> {
    let bytes = text.as_bytes();
    if bytes.len() != 36 {
        return None;
    }
    let mut bits: u128 = 0;
    for (at, byte) in bytes.iter().enumerate() {
        if matches!(at, 8 | 13 | 18 | 23) {
            if *byte != b'-' {
                return None;
            }
            continue;
        }
        bits = bits << 4 | u128::from(char::from(*byte).to_digit(16)?);
    }
    Some(bits)
}

impl FromStr for EventId {
    type Err = InvalidEventId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.strip_prefix("event/")
            .and_then(parse_uuid)
            .map(Self)
            .ok_or_else(|| InvalidEventId(text.chars().take(60).collect()))
    }
}

impl Serialize for EventId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for EventId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::from_text::deserialize(deserializer)
    }
}

/// The random id of a recording process: one a start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProcessId(u64);

impl ProcessId {
    /// A new random id.
    pub fn random() -> Self {
        Self(Random::seeded().next())
    }

    /// From the 64 bits.
    pub const fn from_u64(bits: u64) -> Self {
        Self(bits)
    }

    /// Appends its 16 hexadecimal digits.
    #[inline]
    pub(crate) fn append(self, out: &mut Vec<u8>) {
        out.extend_from_slice(&digits((self.0 >> 32) as u32));
        out.extend_from_slice(&digits(self.0 as u32));
    }

    /// The 64 bits.
    pub const fn as_u64(self) -> u64 {
        self.0
    }
}

impl fmt::Display for ProcessId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl FromStr for ProcessId {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        u64::from_str_radix(text, 16).map(Self)
    }
}

/// How far a clock that steps back is held; a longer step is followed.
const HELD_MILLIS: i64 = 10_000;

/// Makes ids that only grow within one process.
///
/// 48 bits of milliseconds, then a counter of 26 bits that restarts at random in its lower half every
/// millisecond, then 47 random bits and the bit that tells opening from closing. A clock that steps
/// back is held for up to ten seconds; after a longer step ids follow the clock, and random bits keep
/// them apart from those made before.
#[derive(Debug)]
pub(crate) struct IdGenerator(Mutex<State>);

#[derive(Debug)]
struct State {
    millis: i64,
    counter: u32,
    random: Random,
}

const COUNTER_BITS: u32 = 26;

impl IdGenerator {
    pub(crate) fn new() -> Self {
        Self::drawing_from(Random::seeded())
    }

    pub(crate) fn drawing_from(random: Random) -> Self {
        Self(Mutex::new(State { millis: i64::MIN, counter: 0, random }))
    }

    /// A new id whose pair bit is 0.
    pub(crate) fn next(&self, now: Timestamp) -> EventId {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = now.millis().max(0);
        let random = state.random.next();
        let behind = state.millis.saturating_sub(now);
        if !(0..=HELD_MILLIS).contains(&behind) {
            state.millis = now;
            state.counter = random as u32 >> (33 - COUNTER_BITS);
        } else if state.counter + 1 < 1 << COUNTER_BITS {
            state.counter += 1;
        } else {
            state.millis += 1;
            state.counter = 0;
        }
        let (millis, counter) = (state.millis as u128 & 0xffff_ffff_ffff, u128::from(state.counter));
        let (high, low) = (counter >> 14, counter & 0x3fff);
        let tail = u128::from(random >> 17) << 1;
        EventId(millis << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low << 48 | tail)
    }
}

/// xoshiro256++ by Blackman and Vigna, seeded from the operating system through the standard library.
/// Ids are names, not secrets: who may see an event is decided by its ACL.
#[derive(Debug)]
pub(crate) struct Random([u64; 4]);

impl Random {
    pub(crate) fn seeded() -> Self {
        Self(std::array::from_fn(|index| {
            let mut hasher = RandomState::new().build_hasher();
            hasher.write_usize(index);
            hasher.finish()
        }))
    }

    /// The same numbers for the same seed. SplitMix64 spreads the seed, as the authors advise.
    pub(crate) fn from_seed(seed: u64) -> Self {
        let mut state = seed;
        Self(std::array::from_fn(|_| {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            mixed ^ (mixed >> 31)
        }))
    }

    /// A number below `limit`, and 0 where that is 0. Not quite even, which no caller minds.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        (self.next() >> 11) as usize % limit.max(1)
    }

    pub(crate) fn next(&mut self) -> u64 {
        let [a, b, c, d] = &mut self.0;
        let result = a.wrapping_add(*d).rotate_left(23).wrapping_add(*a);
        let shifted = *b << 17;
        *c ^= *a;
        *d ^= *b;
        *b ^= *c;
        *a ^= *d;
        *c ^= shifted;
        *d = d.rotate_left(45);
        result
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    proptest! {
        #[test]
        fn each_digit_is_in_its_place(bits in any::<u128>()) {
            let id = EventId::from_u128(bits);
            let mut appended = b"id ".to_vec();
            id.append(&mut appended);
            prop_assert_eq!(&appended[3..], id.write());
            let plain: String = id.to_string().chars().filter(|digit| *digit != '-').collect();
            prop_assert_eq!(plain, format!("event/{bits:032x}"));
            let process = ProcessId::from_u64(bits as u64);
            let mut appended = Vec::new();
            process.append(&mut appended);
            prop_assert_eq!(String::from_utf8(appended), Ok(process.to_string()));
        }
    }

    #[test]
    fn ids_grow_while_the_clock_stands_still_or_steps_back_a_little() {
        let ids = IdGenerator::new();
        let mut last = ids.next(at(1_000_000));
        for step in 0..100_000 {
            let next = ids.next(at(1_000_000 - step % 9_000));
            assert!(next > last, "{last} {next}");
            assert_eq!(next.as_u128() & 1, 0);
            last = next;
        }
    }

    #[test]
    fn a_long_step_back_is_followed_without_repeating_an_id() {
        let ids = IdGenerator::new();
        let mut seen = std::collections::HashSet::new();
        for step in 0..1_000 {
            let now = at(10_000_000 - (step % 2) * 60_000);
            let id = ids.next(now);
            assert_eq!(id.timestamp(), now);
            assert!(seen.insert(id));
        }
    }

    #[test]
    fn version_and_variant_are_those_of_rfc_9562() {
        let text = IdGenerator::new().next(at(1_700_000_000_123)).to_string();
        assert_eq!(&text[20..21], "7");
        assert!(matches!(&text[25..26], "8" | "9" | "a" | "b"), "{text}");
        assert_eq!(text.parse::<EventId>().map(|id| id.timestamp().millis()), Ok(1_700_000_000_123));
    }
}
