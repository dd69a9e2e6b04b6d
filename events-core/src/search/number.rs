//! Numbers with an order.

use std::fmt;

/// A finite number. Integers are exact up to 2^53.
///
/// Its bits are in the order of the numbers, so that stores which only compare texts keep that order too.
///
/// ```
/// use events_core::Number;
///
/// assert_eq!(Number::of_text("30"), Number::new(30.0));
/// assert!(Number::new(-2.5) < Number::new(0.0));
/// assert_eq!(Number::of_text("thirty"), None);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Number(u64);

const SIGN: u64 = 1 << 63;

impl Number {
    /// None where it is not finite.
    pub fn new(value: f64) -> Option<Self> {
        // Adding nothing makes 0 of -0.
        let bits = (value + 0.0).to_bits();
        value.is_finite().then_some(Self(if bits & SIGN == 0 { bits | SIGN } else { !bits }))
    }

    /// The nearest one.
    pub fn of_integer(value: i64) -> Self {
        // No integer of 64 bits is infinite.
        Self::new(value as f64).unwrap_or(Self(SIGN))
    }

    /// What a text reads as: decimal digits, with a sign, a fraction and an exponent where there are any.
    pub fn of_text(text: &str) -> Option<Self> {
        let plain = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E');
        let begins = text.trim_start_matches('-').starts_with(|letter: char| letter.is_ascii_digit());
        (begins && text.as_bytes().iter().all(plain)).then(|| text.parse().ok()).flatten().and_then(Self::new)
    }

    /// The number.
    pub fn get(self) -> f64 {
        f64::from_bits(if self.0 & SIGN == 0 { !self.0 } else { self.0 ^ SIGN })
    }

    /// Bits in the order of the numbers.
    pub fn ordered_bits(self) -> u64 {
        self.0
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.get())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn bits_are_in_the_order_of_numbers(one in proptest::num::f64::NORMAL, other in proptest::num::f64::NORMAL) {
            let (Some(a), Some(b)) = (Number::new(one), Number::new(other)) else { return Ok(()) };
            prop_assert_eq!(a.cmp(&b), one.total_cmp(&other));
            prop_assert_eq!(a.get(), one);
        }
    }

    #[test]
    fn only_decimal_texts_are_numbers() {
        for text in ["", "-", "inf", "NaN", "+5", ".5", "0x10", "1_000", " 1", "1e999", "--1", "e5"] {
            assert_eq!(Number::of_text(text), None, "{text}");
        }
        for (text, value) in [("0", 0.0), ("-0", 0.0), ("-12.50", -12.5), ("1e3", 1_000.0), ("007", 7.0)] {
            assert_eq!(Number::of_text(text).map(Number::get), Some(value), "{text}");
        }
    }
}
