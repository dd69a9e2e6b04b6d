//! How many bytes the server is sent at once: half as many each time it has too much to do, and slowly more while
//! it has not.
//!
//! A server answers 429 to a request that is too much for it at this moment, and to one that will always be, when
//! it has little memory: the same request again would be refused for ever. Senders of TCP find out in this way
//! what a network takes (RFC 5681).

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use crate::bulk::Said;

/// So much is sent at once where nothing was refused.
const MOST: usize = 16 << 20;

/// And so much where everything is: some events.
const LEAST: usize = 16 << 10;

#[derive(Debug)]
pub(crate) struct AtOnce(AtomicUsize);

impl Default for AtOnce {
    fn default() -> Self {
        Self(AtomicUsize::new(MOST))
    }
}

impl AtOnce {
    /// The most bytes that a request of several events may have.
    pub(crate) fn bytes(&self) -> usize {
        self.0.load(Relaxed)
    }

    /// What was said to a request of so many bytes.
    pub(crate) fn learn(&self, bytes: usize, said: &Said) {
        match said {
            _ if said.is_busy() => self.refused(bytes),
            Said::Each(_) => self.taken(bytes),
            _ => {}
        }
    }

    fn refused(&self, bytes: usize) {
        self.0.fetch_min((bytes / 2).max(LEAST), Relaxed);
    }

    fn taken(&self, bytes: usize) {
        let now = self.bytes();
        // A small request puts nothing to the test. Where another one changed it in the meantime, that counts.
        if now < MOST && bytes > now / 2 {
            let _ = self.0.compare_exchange(now, (now + now / 8).min(MOST), Relaxed, Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sent_at_once_shrinks_until_it_is_taken_and_grows_again() {
        let at_once = AtOnce::default();
        at_once.taken(MOST);
        assert_eq!(at_once.bytes(), MOST);
        // Several requests of one size that were under way together.
        for _ in 0..4 {
            at_once.refused(4 << 20);
        }
        assert_eq!(at_once.bytes(), 2 << 20);
        at_once.refused(8 << 20);
        at_once.taken(1 << 20);
        assert_eq!(at_once.bytes(), 2 << 20, "neither tells anything");
        at_once.refused(100);
        assert_eq!(at_once.bytes(), LEAST);
        let steps = (0..).take_while(|_| at_once.bytes() < MOST).inspect(|_| at_once.taken(at_once.bytes()));
        assert_eq!(steps.count(), 59);
    }
}
