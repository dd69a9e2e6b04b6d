//! Points in time as events write them: RFC 3339, UTC, milliseconds.

use std::{cell::Cell, fmt, str::FromStr, time::Duration};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub(crate) const MILLIS_PER_DAY: i64 = 86_400_000;
const MILLIS_PER_MINUTE: u64 = 60_000;
const MINUTES_PER_DAY: u64 = 1_440;

/// Milliseconds since 1970-01-01T00:00:00Z; between the years 0000 and 9999.
///
/// ```
/// use events_core::Timestamp;
///
/// let at: Timestamp = "2026-11-24T01:30:00.5+01:00".parse()?;
/// assert_eq!(at.to_string(), "2026-11-24T00:30:00.500Z");
/// # Ok::<(), events_core::InvalidTimestamp>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// Why a string is not a timestamp.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a timestamp: write RFC 3339 with a zone, such as `2026-11-24T08:15:30.123Z`")]
pub struct InvalidTimestamp(String);

impl InvalidTimestamp {
    pub(crate) fn of(text: &str) -> Self {
        Self(text.chars().take(40).collect())
    }
}

impl Timestamp {
    /// 0000-01-01T00:00:00.000Z.
    pub const MIN: Self = Self(-62_167_219_200_000);
    /// 9999-12-31T23:59:59.999Z.
    pub const MAX: Self = Self(253_402_300_799_999);

    /// From milliseconds since the epoch; what lies outside the years 0000 to 9999 becomes the nearest limit.
    pub const fn from_millis(millis: i64) -> Self {
        if millis < Self::MIN.0 {
            Self::MIN
        } else if millis > Self::MAX.0 {
            Self::MAX
        } else {
            Self(millis)
        }
    }

    /// Milliseconds since the epoch.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Later by `duration`, in whole milliseconds.
    pub fn plus(self, duration: Duration) -> Self {
        Self::from_millis(self.0.saturating_add(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)))
    }

    /// Earlier by `duration`, in whole milliseconds.
    pub fn minus(self, duration: Duration) -> Self {
        Self::from_millis(self.0.saturating_sub(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)))
    }

    /// How long before `self` `earlier` was; zero when it was later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0 - earlier.0).unwrap_or(0))
    }

    /// The month it lies in, as the partitions of the stores count them.
    pub fn month(self) -> Month {
        let (year, month, _) = civil_from_days(self.0.div_euclid(MILLIS_PER_DAY));
        Month { year: u16::try_from(year).unwrap_or(0), month }
    }

    /// `2026-11-24T08:15:30.123Z`.
    #[inline]
    pub(crate) fn write(self) -> Written {
        // Never negative; dividing is cheaper where that is known.
        let since = (self.0 - Self::MIN.0) as u64;
        let (minute, millis) = (since / MILLIS_PER_MINUTE, since % MILLIS_PER_MINUTE);
        // A thread that is ending remembers nothing any more.
        let (remembered, mut text) = MINUTE.try_with(Cell::get).unwrap_or(NONE);
        if remembered != minute {
            text = written_minute(minute);
        }
        // Worked out in one word: digits that are stored one by one are waited for when they are copied at once.
        const BLANK: u64 = u64::from_le_bytes(*b":00.000Z");
        let digits = [(1, millis / 10_000), (2, millis / 1_000), (4, millis / 100), (5, millis / 10), (6, millis)];
        let rest = digits.iter().fold(BLANK, |rest, (at, number)| rest + ((number % 10) << (8 * at)));
        Written { minute: text, rest: rest.to_le_bytes() }
    }
}

/// A timestamp as it is written.
#[derive(Clone, Copy)]
pub(crate) struct Written {
    /// `2026-11-24T08:15`.
    minute: [u8; 16],
    /// `:30.123Z`.
    rest: [u8; 8],
}

impl Written {
    #[inline]
    pub(crate) fn append(self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.minute);
        out.extend_from_slice(&self.rest);
    }
}

/// A minute, counted from the first there is, and how it is written.
type Minute = (u64, [u8; 16]);

const NONE: Minute = (u64::MAX, [0; 16]);

thread_local! {
    /// The minute that was written last: nearly always that of the next timestamp, too.
    static MINUTE: Cell<Minute> = const { Cell::new(NONE) };
}

/// `2026-11-24T08:15`.
#[cold]
fn written_minute(minute: u64) -> [u8; 16] {
    let days = Timestamp::MIN.0.div_euclid(MILLIS_PER_DAY) + (minute / MINUTES_PER_DAY) as i64;
    let (year, month, day) = civil_from_days(days);
    let of_day = (minute % MINUTES_PER_DAY) as u32;
    let year = u32::try_from(year).unwrap_or(0);
    let mut text = *b"0000-00-00T00:00";
    for (at, value) in
        [(0, year / 100), (2, year % 100), (5, month.into()), (8, day.into()), (11, of_day / 60), (14, of_day % 60)]
    {
        text[at..at + 2].copy_from_slice(&[b'0' + (value / 10 % 10) as u8, b'0' + (value % 10) as u8]);
    }
    let _ = MINUTE.try_with(|remembered| remembered.set((minute, text)));
    text
}

/// A month of a year: the partition an event belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    /// 0 to 9999.
    pub year: u16,
    /// 1 to 12.
    pub month: u8,
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl FromStr for Month {
    type Err = InvalidTimestamp;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parse = || {
            let (year, month) = text.split_once('-')?;
            if year.len() != 4 || month.len() != 2 {
                return None;
            }
            let month = month.parse().ok().filter(|month| (1..=12).contains(month))?;
            Some(Self { year: year.parse().ok()?, month })
        };
        parse().ok_or_else(|| InvalidTimestamp::of(text))
    }
}

/// Days since the epoch to year, month, day.
/// Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.
pub(crate) fn civil_from_days(days: i64) -> (i64, u8, u8) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month as u8, day as u8)
}

/// The inverse of [`civil_from_days`], same source.
pub(crate) fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

fn parse(text: &str) -> Option<Timestamp> {
    let bytes = text.as_bytes();
    let number = |range: std::ops::Range<usize>| -> Option<i64> {
        let digits = bytes.get(range)?;
        digits.iter().all(u8::is_ascii_digit).then_some(())?;
        Some(digits.iter().fold(0, |value, digit| value * 10 + i64::from(digit - b'0')))
    };
    let separators = bytes.get(4) == Some(&b'-')
        && bytes.get(7) == Some(&b'-')
        && matches!(bytes.get(10), Some(b'T' | b't' | b' '))
        && bytes.get(13) == Some(&b':')
        && bytes.get(16) == Some(&b':');
    separators.then_some(())?;
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    let (hour, minute, second) = (number(11..13)?, number(14..16)?, number(17..19)?);
    if !(1..=12).contains(&month) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let days = days_from_civil(year, month, day);
    if day < 1 || civil_from_days(days) != (year, month as u8, day as u8) {
        return None;
    }
    let mut at = 19;
    let mut millis = 0;
    if bytes.get(at) == Some(&b'.') {
        let digits = bytes[at + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 {
            return None;
        }
        for place in 0..3 {
            let digit = if place < digits { i64::from(bytes[at + 1 + place] - b'0') } else { 0 };
            millis = millis * 10 + digit;
        }
        at += 1 + digits;
    }
    let offset_minutes = match bytes.get(at)? {
        b'Z' | b'z' if at + 1 == bytes.len() => 0,
        sign @ (b'+' | b'-') if bytes.get(at + 3) == Some(&b':') && at + 6 == bytes.len() => {
            let (hours, minutes) = (number(at + 1..at + 3)?, number(at + 4..at + 6)?);
            if hours > 23 || minutes > 59 {
                return None;
            }
            (hours * 60 + minutes) * if *sign == b'+' { 1 } else { -1 }
        }
        _ => return None,
    };
    let total = days * MILLIS_PER_DAY + ((hour * 60 + minute - offset_minutes) * 60 + second) * 1_000 + millis;
    (Timestamp::MIN.0..=Timestamp::MAX.0).contains(&total).then_some(Timestamp(total))
}

impl FromStr for Timestamp {
    type Err = InvalidTimestamp;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse(text).ok_or_else(|| InvalidTimestamp::of(text))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Written { minute, rest } = self.write();
        minute.iter().chain(&rest).try_for_each(|byte| fmt::Write::write_char(f, char::from(*byte)))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::from_text::deserialize(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_written_reads_back(millis in Timestamp::MIN.0..=Timestamp::MAX.0) {
            let at = Timestamp::from_millis(millis);
            prop_assert_eq!(at.to_string().parse::<Timestamp>(), Ok(at));
        }

        #[test]
        fn order_of_text_is_order_of_time(a in 0..Timestamp::MAX.0, b in 0..Timestamp::MAX.0) {
            let (a, b) = (Timestamp(a), Timestamp(b));
            prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
        }
    }

    #[test]
    fn known_points() {
        assert_eq!(Timestamp::from_millis(0).to_string(), "1970-01-01T00:00:00.000Z");
        assert_eq!("2024-02-29T23:59:59.999Z".parse::<Timestamp>().map(Timestamp::millis), Ok(1_709_251_199_999));
        assert_eq!(Timestamp::from_millis(1_709_251_199_999).month().to_string(), "2024-02");
        for bad in [
            "",
            "2015-01-16",
            "2023-02-30T00:00:00Z",
            "2023-01-01T24:00:00Z",
            "2023-01-01T00:00:00",
            "2023-01-01T00:00:00.Z",
        ] {
            assert!(bad.parse::<Timestamp>().is_err(), "{bad}");
        }
    }
}
