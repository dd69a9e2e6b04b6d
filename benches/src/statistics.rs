//! Medians, percentiles, and how figures are written.

use std::time::Duration;

/// The middle value; not a number where there is none.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    match sorted.len() {
        0 => f64::NAN,
        len if len % 2 == 1 => sorted[len / 2],
        len => f64::midpoint(sorted[len / 2 - 1], sorted[len / 2]),
    }
}

/// The value that a tenth of all do not exceed: of what takes nanoseconds, others on the machine only ever
/// add to it.
pub(crate) fn fastest_tenth(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted.get(sorted.len() / 10).copied().unwrap_or(f64::NAN)
}

/// Durations of which percentiles are asked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Durations {
    nanos: Vec<u64>,
    sorted: bool,
}

impl Durations {
    pub(crate) fn push(&mut self, duration: Duration) {
        self.nanos.push(u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX));
        self.sorted = false;
    }

    pub(crate) fn append(&mut self, mut other: Self) {
        self.nanos.append(&mut other.nanos);
        self.sorted = false;
    }

    pub(crate) fn len(&self) -> usize {
        self.nanos.len()
    }

    /// The duration that `share` of all do not exceed, in milliseconds; 1.0 asks for the longest.
    pub(crate) fn millis(&mut self, share: f64) -> f64 {
        if !self.sorted {
            self.nanos.sort_unstable();
            self.sorted = true;
        }
        let Some(last) = self.nanos.len().checked_sub(1) else { return f64::NAN };
        let at = (last as f64 * share).round() as usize;
        self.nanos[at.min(last)] as f64 / 1e6
    }
}

/// `12,345`.
pub(crate) fn thousands(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Milliseconds with as many digits as mean something.
pub(crate) fn milliseconds(value: f64) -> String {
    match value {
        value if value < 1.0 => format!("{value:.2} ms"),
        value if value < 10.0 => format!("{value:.1} ms"),
        value => format!("{value:.0} ms"),
    }
}
