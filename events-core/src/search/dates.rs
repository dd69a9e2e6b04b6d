//! Points in time as filters write them: dates, parts of dates, and what lies before and after them.
//!
//! `2026-11-24`, `2026-11-24T08:15Z`, `now-7d`, `now-1d/d`, `2026-11||+1M/M`. The language is that of Elasticsearch's
//! date math, so filters mean the same wherever they are evaluated.

use crate::timestamp::{MILLIS_PER_DAY, Timestamp, civil_from_days, days_from_civil};

/// The first and the last millisecond that a text means; the same where it is exact.
///
/// What is left out is not known: a day without a time is all of it, and so is what was rounded.
pub(crate) fn interval(text: &str, now: Timestamp) -> Option<(Timestamp, Timestamp)> {
    if let Some(math) = text.strip_prefix("now") {
        return apply(math, (now.millis(), now.millis()));
    }
    if let Some((anchor, math)) = text.split_once("||") {
        // What is left out of an anchor begins it.
        let (first, _) = date(anchor)?;
        return apply(math, (first, first));
    }
    let (first, last) = date(text)?;
    Some((Timestamp::from_millis(first), Timestamp::from_millis(last)))
}

/// Whether a text is more than a date: it is worked out from another one.
pub(crate) fn is_math(text: &str) -> bool {
    text.contains("||")
        || text.strip_prefix("now").is_some_and(|math| math.is_empty() || math.starts_with(['+', '-', '/']))
}

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;

/// A date of which the end may be left out, or milliseconds since the epoch.
fn date(text: &str) -> Option<(i64, i64)> {
    let calendar = Reader(text).date();
    // Four digits are a year.
    calendar.or_else(|| text.parse().ok().map(|millis: i64| (clamped(millis), clamped(millis))))
}

struct Reader<'t>(&'t str);

impl Reader<'_> {
    fn date(mut self) -> Option<(i64, i64)> {
        let year = self.digits(4)?;
        let at = |year, month, day| days_from_civil(year, month, day) * MILLIS_PER_DAY;
        if self.is_over() {
            return Some((at(year, 1, 1), at(year + 1, 1, 1) - 1));
        }
        let month = self.behind('-').and_then(|()| self.digits(2)).filter(|month| (1..=12).contains(month))?;
        if self.is_over() {
            let (next_year, next) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
            return Some((at(year, month, 1), at(next_year, next, 1) - 1));
        }
        let day = self.behind('-').and_then(|()| self.digits(2)).filter(|day| *day >= 1)?;
        let days = days_from_civil(year, month, day);
        if civil_from_days(days) != (year, month as u8, day as u8) {
            return None;
        }
        let first = days * MILLIS_PER_DAY;
        if self.is_over() {
            return Some((first, first + MILLIS_PER_DAY - 1));
        }
        self.behind('T')?;
        let (since_midnight, unit) = self.time()?;
        let offset = self.offset()?;
        let first = first + since_midnight - offset;
        self.is_over().then_some((first, first + unit - 1))
    }

    /// Milliseconds since midnight, and how long the time is as it is written.
    fn time(&mut self) -> Option<(i64, i64)> {
        let hour = self.digits(2).filter(|hour| *hour < 24)? * HOUR;
        if self.behind(':').is_none() {
            return Some((hour, HOUR));
        }
        let minute = hour + self.digits(2).filter(|minute| *minute < 60)? * MINUTE;
        if self.behind(':').is_none() {
            return Some((minute, MINUTE));
        }
        let second = minute + self.digits(2).filter(|second| *second < 60)? * SECOND;
        if self.behind('.').is_none() {
            return Some((second, SECOND));
        }
        let fraction = self.0.bytes().take_while(u8::is_ascii_digit).count();
        let digits = self.0[..fraction].bytes().chain([b'0'; 3]).take(3);
        self.0 = &self.0[fraction..];
        (1..=9)
            .contains(&fraction)
            .then(|| (second + digits.fold(0, |value, digit| value * 10 + i64::from(digit - b'0')), 1))
    }

    /// Milliseconds; without a zone it is UTC.
    fn offset(&mut self) -> Option<i64> {
        let sign = match self.0.bytes().next() {
            None => return Some(0),
            Some(b'Z') => return self.behind('Z').map(|()| 0),
            Some(b'+') => 1,
            Some(b'-') => -1,
            Some(_) => return None,
        };
        self.0 = &self.0[1..];
        let hours = self.digits(2).filter(|hours| *hours < 24)?;
        let minutes = if self.is_over() {
            0
        } else {
            let _colon = self.behind(':');
            self.digits(2).filter(|minutes| *minutes < 60)?
        };
        Some(sign * (hours * HOUR + minutes * MINUTE))
    }

    fn digits(&mut self, count: usize) -> Option<i64> {
        let digits = self.0.get(..count).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
        self.0 = &self.0[count..];
        digits.parse().ok()
    }

    fn behind(&mut self, letter: char) -> Option<()> {
        self.0 = self.0.strip_prefix(letter)?;
        Some(())
    }

    fn is_over(&self) -> bool {
        self.0.is_empty()
    }
}

/// A unit of date math.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    Years,
    Months,
    /// So many milliseconds; a week is rounded to its Monday.
    Millis(i64),
    Weeks,
}

impl Unit {
    fn of(letter: char) -> Option<Self> {
        Some(match letter {
            'y' => Self::Years,
            'M' => Self::Months,
            'w' => Self::Weeks,
            'd' => Self::Millis(MILLIS_PER_DAY),
            'h' | 'H' => Self::Millis(HOUR),
            'm' => Self::Millis(MINUTE),
            's' => Self::Millis(SECOND),
            _ => return None,
        })
    }

    /// Later by so many of it.
    fn plus(self, millis: i64, count: i64) -> i64 {
        let later = match self {
            Self::Years => return plus_months(millis, count.saturating_mul(12)),
            Self::Months => return plus_months(millis, count),
            Self::Weeks => count.saturating_mul(7 * MILLIS_PER_DAY),
            Self::Millis(unit) => count.saturating_mul(unit),
        };
        clamped(millis.saturating_add(later))
    }

    /// When the one began that this lies in.
    fn floor(self, millis: i64) -> i64 {
        let days = millis.div_euclid(MILLIS_PER_DAY);
        let (year, month, _) = civil_from_days(days);
        match self {
            Self::Years => days_from_civil(year, 1, 1) * MILLIS_PER_DAY,
            Self::Months => days_from_civil(year, month.into(), 1) * MILLIS_PER_DAY,
            // 1970-01-01 was a Thursday.
            Self::Weeks => (days - (days + 3).rem_euclid(7)) * MILLIS_PER_DAY,
            Self::Millis(unit) => millis - millis.rem_euclid(unit),
        }
    }
}

fn clamped(millis: i64) -> i64 {
    Timestamp::from_millis(millis).millis()
}

/// The same day of another month, or its last one.
fn plus_months(millis: i64, months: i64) -> i64 {
    let days = millis.div_euclid(MILLIS_PER_DAY);
    let (year, month, day) = civil_from_days(days);
    // More than all years there are: the limits.
    let months = months.clamp(-240_000, 240_000) + year * 12 + i64::from(month) - 1;
    let (year, month) = (months.div_euclid(12), months.rem_euclid(12) + 1);
    let length = days_from_civil(year + month / 12, month % 12 + 1, 1) - days_from_civil(year, month, 1);
    let day = i64::from(day).min(length);
    clamped(days_from_civil(year, month, day) * MILLIS_PER_DAY + millis.rem_euclid(MILLIS_PER_DAY))
}

/// Steps such as `-1d`, `+2M` and `/d`, one after the other.
fn apply(mut math: &str, (mut first, mut last): (i64, i64)) -> Option<(Timestamp, Timestamp)> {
    while !math.is_empty() {
        let (sign, rest) = match math.as_bytes()[0] {
            b'/' => (0, &math[1..]),
            b'+' => (1, &math[1..]),
            b'-' => (-1, &math[1..]),
            _ => return None,
        };
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let count = match &rest[..digits] {
            "" => 1,
            // One cannot round to several.
            _ if sign == 0 => return None,
            digits => digits.parse::<i64>().ok()?,
        };
        let mut letters = rest[digits..].chars();
        let unit = letters.next().and_then(Unit::of)?;
        math = letters.as_str();
        if sign == 0 {
            first = unit.floor(first);
            last = unit.plus(unit.floor(last), 1) - 1;
        } else {
            (first, last) = (unit.plus(first, sign * count), unit.plus(last, sign * count));
        }
    }
    Some((Timestamp::from_millis(first), Timestamp::from_millis(last)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(String, String)> {
        let now = "2026-11-25T10:20:30.456Z".parse().unwrap();
        interval(text, now).map(|(first, last)| (first.to_string(), last.to_string()))
    }

    #[test]
    fn what_is_left_out_of_a_date_is_all_of_it() {
        let table = [
            ("2024", "2024-01-01T00:00:00.000Z", "2024-12-31T23:59:59.999Z"),
            ("2024-02", "2024-02-01T00:00:00.000Z", "2024-02-29T23:59:59.999Z"),
            ("2024-12", "2024-12-01T00:00:00.000Z", "2024-12-31T23:59:59.999Z"),
            ("2024-02-29", "2024-02-29T00:00:00.000Z", "2024-02-29T23:59:59.999Z"),
            ("2024-02-29T23", "2024-02-29T23:00:00.000Z", "2024-02-29T23:59:59.999Z"),
            ("2024-02-29T01:02Z", "2024-02-29T01:02:00.000Z", "2024-02-29T01:02:59.999Z"),
            ("2024-02-29T01:02:03+01:00", "2024-02-29T00:02:03.000Z", "2024-02-29T00:02:03.999Z"),
            ("2024-02-29T01:02:03.5-0130", "2024-02-29T02:32:03.500Z", "2024-02-29T02:32:03.500Z"),
            ("2024-02-29T01:02:03.123456789Z", "2024-02-29T01:02:03.123Z", "2024-02-29T01:02:03.123Z"),
            ("1700000000000", "2023-11-14T22:13:20.000Z", "2023-11-14T22:13:20.000Z"),
        ];
        for (text, first, last) in table {
            assert_eq!(read(text), Some((first.to_owned(), last.to_owned())), "{text}");
        }
    }

    #[test]
    fn dates_are_moved_and_rounded() {
        let table = [
            ("now", "2026-11-25T10:20:30.456Z", "2026-11-25T10:20:30.456Z"),
            ("now-7d", "2026-11-18T10:20:30.456Z", "2026-11-18T10:20:30.456Z"),
            ("now-1d/d", "2026-11-24T00:00:00.000Z", "2026-11-24T23:59:59.999Z"),
            ("now/w", "2026-11-23T00:00:00.000Z", "2026-11-29T23:59:59.999Z"),
            ("now/M+1h", "2026-11-01T01:00:00.000Z", "2026-12-01T00:59:59.999Z"),
            ("now+y", "2027-11-25T10:20:30.456Z", "2027-11-25T10:20:30.456Z"),
            ("now-2M/y", "2026-01-01T00:00:00.000Z", "2026-12-31T23:59:59.999Z"),
            ("2024-01-31||+1M", "2024-02-29T00:00:00.000Z", "2024-02-29T00:00:00.000Z"),
            ("2024-01-31||+1M/M", "2024-02-01T00:00:00.000Z", "2024-02-29T23:59:59.999Z"),
            ("2024||-1s", "2023-12-31T23:59:59.000Z", "2023-12-31T23:59:59.000Z"),
            ("now+9000000000000000000y", "9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"),
        ];
        for (text, first, last) in table {
            assert_eq!(read(text), Some((first.to_owned(), last.to_owned())), "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "",
            "x",
            "24-01-01",
            "2024-1-1",
            "2024-13",
            "2023-02-30",
            "2024-02-29 10:00",
            "2024-02-29T24",
            "2024-02-29T10:60",
            "2024-02-29T10:00:00.Z",
            "2024-02-29T10:00Q",
            "now-",
            "now1d",
            "now-1x",
            "now/2d",
            "now-1d/",
            "||",
            "x||+1d",
            "nowx",
            "2024-02-29T10:00:00.1234567890Z",
            "2024é",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
