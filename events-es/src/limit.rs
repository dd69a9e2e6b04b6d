//! How long a search may take.

use std::time::{Duration, Instant};

/// How long a search may still take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TimeLimit(Instant);

/// So much longer than it may take an answer is waited for: the server looks at the clock now and then.
const GRACE: Duration = Duration::from_secs(2);

impl TimeLimit {
    /// The server's unit.
    pub(crate) const LEAST: Duration = Duration::from_millis(1);

    pub(crate) fn after(limit: Duration) -> Self {
        let now = Instant::now();
        Self(now.checked_add(limit).unwrap_or(now + Duration::from_secs(86_400)))
    }

    /// None when it is over.
    pub(crate) fn left(self) -> Option<Duration> {
        let left = self.0.saturating_duration_since(Instant::now());
        (left >= Self::LEAST).then_some(left)
    }

    pub(crate) fn is_over(self) -> bool {
        self.left().is_none()
    }

    /// How long an answer is waited for.
    pub(crate) fn patience(self) -> Duration {
        self.left().unwrap_or_default() + GRACE
    }
}
