//! What bounds the manager, with defaults.

use std::time::{Duration, Instant};

/// The manager's limits; every one can be set on the builder.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// How long an opening may take to become durable before the operation is refused. 2 s.
    pub opening: Duration,
    /// How long a response waits for its closing; then it is stored in the background. 250 ms.
    pub closing_wait: Duration,
    /// How long looking up an ACL may take. 200 ms.
    pub acl_lookup: Duration,
    /// How many operations may be open at once; new root operations beyond are refused. 65,536.
    pub open_operations: usize,
    /// Largest payload that is recorded whole, in bytes. 64 KiB; at most 10 MiB.
    pub payload: usize,
    /// Bytes of payloads, and of other parts of events beyond 4 KiB, that may wait for the store at once. Half of them
    /// at most stay for as long as handlers run. 64 MiB.
    pub waiting_payload: usize,
    /// Deadline of a deferred operation that names none. 24 h.
    pub deferred: Duration,
    /// How often overdue operations are looked for. 1 s.
    pub sweep: Duration,
    /// How long a process may be silent before others close what it left open at a destination they share. 30 s.
    pub lease: Duration,
    /// How long building the manager waits for destinations to say whether their set-up is right. One that is
    /// away or slow is no error: relaying begins when it is ready. 5 s.
    pub relay_start: Duration,
    /// How long a destination may take for a batch, and for getting ready, before it is asked again. 60 s.
    pub delivery: Duration,
    /// How long a search that no key serves may take, and a look-up by id, from the moment when it is asked. All
    /// that one request over HTTP asks has it once, together. A store that does not answer is waited for 3 s more. 5 s.
    pub search: Duration,
    /// Bytes of documents that one answer carries, beside a first event of any size: a page ends early and says so, a
    /// tree is cut. 64 MiB.
    pub answer_bytes: usize,
    /// Events of a tree, and of the children of an event, that one answer carries; more are cut. 50,000.
    pub related_events: usize,
    /// The newest events that are kept in memory for who follows the trail, while somebody does; who is further
    /// behind reads them again. 8,192.
    pub tail_events: usize,
    /// Bytes of these events, about. 64 MiB.
    pub tail_bytes: usize,
    /// Events that are stored in one commit at most. 1,024.
    pub batch_events: usize,
    /// Bytes that are stored in one commit at most, beside a first event of any size. 8 MiB.
    pub batch_bytes: usize,
}

/// Bytes of documents that one answer carries where nobody says how many.
pub(crate) const ANSWER_BYTES: usize = 64 * 1_024 * 1_024;

/// Largest payload that can be allowed.
pub(crate) const MAX_PAYLOAD: usize = 10 * 1_024 * 1_024;

impl Default for Limits {
    fn default() -> Self {
        Self {
            opening: Duration::from_secs(2),
            closing_wait: Duration::from_millis(250),
            acl_lookup: Duration::from_millis(200),
            open_operations: 65_536,
            payload: 64 * 1_024,
            waiting_payload: 64 * 1_024 * 1_024,
            deferred: Duration::from_secs(24 * 60 * 60),
            sweep: Duration::from_secs(1),
            lease: Duration::from_secs(30),
            relay_start: Duration::from_secs(5),
            delivery: Duration::from_secs(60),
            search: Duration::from_secs(5),
            answer_bytes: ANSWER_BYTES,
            related_events: 50_000,
            tail_events: 8_192,
            tail_bytes: 64 * 1_024 * 1_024,
            batch_events: 1_024,
            batch_bytes: 8 * 1_024 * 1_024,
        }
    }
}

/// The moment when a limit that begins now runs out; one that clocks cannot say is a century away.
pub(crate) fn from_now(within: Duration) -> Instant {
    const CENTURY: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);
    let now = Instant::now();
    now.checked_add(within).unwrap_or_else(|| now + CENTURY)
}
