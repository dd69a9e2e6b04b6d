//! Durations as they are written in attributes: `90s`, `15m`, `1h`, `2d`. No tokens here.

/// Seconds per unit, in the order in which messages name them.
const UNITS: &[(&str, u64)] = &[("s", 1), ("m", 60), ("h", 3_600), ("d", 86_400)];

/// The seconds of `text`; the error is a message.
pub(crate) fn seconds(text: &str) -> Result<u64, String> {
    let wrong = || format!("`{text}` is not a duration: write a number and a unit, such as `90s`, `15m`, `1h` or `2d`");
    let digits = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().map_err(|_| wrong())?;
    let (_, factor) = UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(wrong)?;
    if number == 0 {
        return Err(format!("`{text}` is no time at all: write at least `1{unit}`"));
    }
    number
        .checked_mul(*factor)
        .filter(|seconds| *seconds <= 100 * 366 * 86_400)
        .ok_or_else(|| format!("`{text}` is more than a century"))
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn a_number_and_a_unit() {
        for (text, expected) in [("90s", 90), ("15m", 900), ("1h", 3_600), ("2d", 172_800)] {
            assert_eq!(seconds(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn nothing_else() {
        for text in ["", "1", "h", "1 h", "1.5h", "-1h", "1w", "1H", "0s", "99999999999999999999d", "9999999999999d"] {
            assert!(seconds(text).is_err(), "{text}");
        }
    }
}
