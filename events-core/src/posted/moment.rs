//! Timestamps as posted documents write them.

use crate::timestamp::{InvalidTimestamp, Timestamp};

/// Reads a timestamp: a zone is mandatory, a fraction has three digits at most. Seconds, and minutes with them, may be
/// left out: older documents do so.
pub(super) fn read(text: &str) -> Result<Timestamp, InvalidTimestamp> {
    let whole = filled_in(text).ok_or_else(|| InvalidTimestamp::of(text))?;
    whole.parse().map_err(|_| InvalidTimestamp::of(text))
}

/// With the minutes and seconds that are left out.
fn filled_in(text: &str) -> Option<String> {
    let (date, rest) = text.split_once('T')?;
    let zone_at = rest.find(['Z', '+', '-'])?;
    let (time, zone) = rest.split_at(zone_at);
    let time = match time.len() {
        2 => format!("{time}:00:00"),
        5 => format!("{time}:00"),
        8..=12 => time.to_owned(),
        _ => return None,
    };
    Some(format!("{date}T{time}{zone}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_mandatory_and_a_fraction_has_three_digits_at_most() {
        for (text, expected) in [
            ("2015-01-16T08:05:00Z", "2015-01-16T08:05:00.000Z"),
            ("2015-01-16T08:05:00.1Z", "2015-01-16T08:05:00.100Z"),
            ("2015-01-16T08:05:00.123Z", "2015-01-16T08:05:00.123Z"),
            ("2015-01-16T08:05Z", "2015-01-16T08:05:00.000Z"),
            ("2015-01-16T08Z", "2015-01-16T08:00:00.000Z"),
            ("2015-01-16T08:05:00+02:00", "2015-01-16T06:05:00.000Z"),
        ] {
            assert_eq!(read(text).map(|at| at.to_string()).as_deref(), Ok(expected), "{text}");
        }
        for text in [
            "",
            "T",
            "2015-01-16",
            "2015-01-16T08:05:00",
            "2015-01-16T08:05:00.Z",
            "2015-01-16T08:05:00.1234Z",
            "2023-02-30T08:05:00Z",
            "2015-01-16T24:00:00Z",
            "2015-01-16 08:05:00Z",
            "2015-01-16T8Z",
            "2015-01-16Té8:05Z",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
