//! How long to pause before another attempt.

use std::time::Duration;

use crate::id::Random;

const FIRST: Duration = Duration::from_millis(50);
const LAST: Duration = Duration::from_secs(10);
/// Where handlers wait for a destination, each moment that it is back and nobody knows is one in which they are
/// refused.
const LAST_AWAITED: Duration = Duration::from_secs(1);

/// Pauses that double with every failure, up to a limit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Backoff {
    next: Duration,
    last: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { next: FIRST, last: LAST }
    }
}

impl Backoff {
    /// For a destination that handlers wait for.
    pub(super) fn awaited() -> Self {
        Self { next: FIRST, last: LAST_AWAITED }
    }

    /// The pause before the next attempt. Between half and all of what is due, so that many who wait for one
    /// server do not come back all at once.
    pub(super) fn pause(&mut self, random: &mut Random) -> Duration {
        let whole = self.next;
        self.next = (whole * 2).min(self.last);
        let spread = u64::try_from(random.below(1_024)).unwrap_or_default();
        whole / 2 + whole.mul_f64(spread as f64 / 2_048.0)
    }

    /// Something went well.
    pub(super) fn reset(&mut self) {
        self.next = FIRST;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_from_50_milliseconds_to_10_seconds_and_are_spread() {
        let mut random = Random::from_seed(1);
        let pauses =
            |last: u64| [50, 100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800].map(|pause: u64| pause.min(last));
        let cases = [(Backoff::default(), pauses(10_000)), (Backoff::awaited(), pauses(1_000))];
        for (mut backoff, pauses) in cases.into_iter().cycle().take(200) {
            for whole in pauses {
                let pause = backoff.pause(&mut random);
                assert!(
                    pause >= Duration::from_millis(whole / 2) && pause <= Duration::from_millis(whole),
                    "{pause:?}"
                );
            }
            backoff.reset();
            assert!(backoff.pause(&mut random) <= FIRST);
        }
        let pauses: std::collections::BTreeSet<Duration> =
            (0..100).map(|_| Backoff::default().pause(&mut random)).collect();
        assert!(pauses.len() > 50, "they differ: {pauses:?}");
    }
}
