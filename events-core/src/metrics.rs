//! What the manager counts.

use std::sync::atomic::{AtomicU64, Ordering};

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {
        /// A snapshot of the manager's counters, all since it was built, and its gauges.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct Metrics {
            $($(#[$doc])* pub $name: u64,)*
            /// Operations that are open in this process, or whose closing still waits for the store.
            pub open_operations: u64,
            /// Events that wait for the store.
            pub waiting_events: u64,
            /// Tails that follow the trail now.
            pub tails: u64,
        }

        #[derive(Debug, Default)]
        pub(crate) struct Counters {
            $(pub(crate) $name: Counter,)*
        }

        impl Counters {
            pub(crate) fn snapshot(&self, open_operations: u64, waiting_events: u64, tails: u64) -> Metrics {
                Metrics { $($name: self.$name.get(),)* open_operations, waiting_events, tails }
            }
        }
    };
}

counters! {
    /// Events stored.
    stored,
    /// Commits made.
    commits,
    /// Operations and direct events refused.
    refused,
    /// Batches that the store did not take.
    append_failures,
    /// Responses that went out before their closing was stored.
    late_closings,
    /// Closings that came after somebody else's.
    lost_closings,
    /// Closings that were dropped because their opening is not stored: of operations that were refused.
    dropped_closings,
    /// Endings that were recorded as `late-ending`.
    late_endings,
    /// Documents that met other bytes under their id.
    conflicts,
    /// Look-ups of an ACL that failed: the events took the safe default.
    acl_fallbacks,
    /// Operations closed by the sweeper or at start-up.
    swept,
    /// Values that were cut by a cap.
    truncated,
    /// Events that destinations confirmed, counted for each of them.
    delivered,
    /// Events that were delivered again after an attempt that failed.
    redelivered,
    /// Events that became dead letters.
    dead_letters,
}

/// A counter that many threads raise.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn add(&self, count: u64) {
        self.0.fetch_add(count, Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
