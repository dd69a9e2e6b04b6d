//! Telling who is gone, from leases that were read again and again.
//!
//! A lease is dead when this process, by its own monotonic clock and over successful reads in close
//! succession, saw it unchanged for longer than it holds, after it was in good health itself for one full
//! lease. A server that was away, or this process asleep, is bad health: everything is watched anew.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use crate::lease::Kept;

#[derive(Debug)]
pub(crate) struct Watch {
    /// The journal of this process, which is never dead.
    own: String,
    lease: Duration,
    /// Since when everything worked; none while it does not.
    healthy_since: Option<Instant>,
    last_read: Option<Instant>,
    seen: HashMap<String, Sighting>,
}

/// What was read of a lease, and since when it has been so.
#[derive(Debug)]
struct Sighting {
    counter: u64,
    process: String,
    since: Instant,
}

impl Watch {
    pub(crate) fn new(own: String, lease: Duration) -> Self {
        Self { own, lease, healthy_since: None, last_read: None, seen: HashMap::new() }
    }

    /// Something did not work: what was unchanged until now says nothing.
    pub(crate) fn failed(&mut self) {
        self.healthy_since = None;
        self.last_read = None;
        self.seen.clear();
    }

    /// All leases were read, by a request that was sent at `asked` and answered at `answered`. Answers which
    /// are dead; the same again one lease later, if they are still there.
    pub(crate) fn read(&mut self, asked: Instant, answered: Instant, leases: &[Kept]) -> Vec<Kept> {
        // Longer than between two reads: nobody looked in between.
        if self.last_read.is_some_and(|last| asked.duration_since(last) > self.lease * 2 / 3) {
            self.failed();
        }
        self.last_read = Some(answered);
        let healthy_since = *self.healthy_since.get_or_insert(answered);
        let is_healthy = asked.saturating_duration_since(healthy_since) > self.lease;
        self.seen.retain(|journal, _| leases.iter().any(|kept| kept.lease.journal == *journal));
        let mut dead = Vec::new();
        for kept in leases.iter().filter(|kept| kept.lease.journal != self.own) {
            let lease = &kept.lease;
            let (counter, process) = (lease.counter, &lease.holder.process);
            let fresh = || Sighting { counter, process: process.clone(), since: answered };
            let sighting = self.seen.entry(lease.journal.clone()).or_insert_with(fresh);
            if (sighting.counter, &sighting.process) != (counter, process) {
                *sighting = fresh();
            }
            let holds = self.lease.max(Duration::from_millis(lease.lease_ms));
            if is_healthy && asked.saturating_duration_since(sighting.since) > holds {
                sighting.since = answered;
                dead.push(kept.clone());
            }
        }
        dead
    }
}

#[cfg(test)]
mod tests {
    use events_core::EventId;

    use super::*;
    use crate::lease::{Holder, Lease};

    const LEASE: Duration = Duration::from_secs(30);

    fn lease(journal: &str, counter: u64) -> Kept {
        let holder = Holder { process: format!("process of {journal}"), pid: 1, host: "a".to_owned() };
        Kept::of(Lease {
            journal: journal.to_owned(),
            place: String::new(),
            processes: vec![holder.process.clone()],
            holder,
            counter,
            open_from: EventId::from_u128(0),
            lease_ms: LEASE.as_millis() as u64,
            released: false,
            contested_by: None,
        })
    }

    /// Reads every ten seconds; answers at which second something was dead.
    struct Observer {
        watch: Watch,
        start: Instant,
    }

    impl Observer {
        fn new() -> Self {
            Self { watch: Watch::new("own".to_owned(), LEASE), start: Instant::now() }
        }

        fn read(&mut self, second: u64, leases: &[Kept]) -> Vec<String> {
            let asked = self.start + Duration::from_secs(second);
            let dead = self.watch.read(asked, asked + Duration::from_millis(5), leases);
            dead.into_iter().map(|kept| kept.lease.journal).collect()
        }
    }

    #[test]
    fn a_lease_that_does_not_change_is_dead_after_its_time() {
        let mut observer = Observer::new();
        let dead = |observer: &mut Observer, second| observer.read(second, &[lease("gone", 7), lease("alive", second)]);
        for second in [0, 10, 20, 30] {
            assert_eq!(dead(&mut observer, second), [""; 0], "{second}");
        }
        assert_eq!(dead(&mut observer, 40), ["gone"]);
        for second in [50, 60, 70] {
            assert_eq!(dead(&mut observer, second), [""; 0], "{second}: said already");
        }
        assert_eq!(dead(&mut observer, 80), ["gone"], "it is still there");
    }

    #[test]
    fn an_outage_longer_than_the_lease_kills_nobody() {
        let mut observer = Observer::new();
        for second in [0, 10, 20, 30] {
            observer.read(second, &[lease("other", second)]);
        }
        // The server is away, and afterwards the other process needs a moment to write its lease again.
        observer.watch.failed();
        assert_eq!(observer.read(300, &[lease("other", 30)]), [""; 0]);
        assert_eq!(observer.read(310, &[lease("other", 30)]), [""; 0]);
        for second in (320..400).step_by(10) {
            assert_eq!(observer.read(second, &[lease("other", second)]), [""; 0], "{second}");
        }
    }

    #[test]
    fn who_slept_watches_anew() {
        let mut observer = Observer::new();
        for second in (0..60).step_by(10) {
            observer.read(second, &[lease("other", second)]);
        }
        assert_eq!(observer.read(600, &[lease("other", 50)]), [""; 0]);
        assert_eq!(observer.read(610, &[lease("other", 610)]), [""; 0]);
    }

    #[test]
    fn ones_own_lease_is_never_dead() {
        let mut observer = Observer::new();
        for second in (0..300).step_by(10) {
            assert_eq!(observer.read(second, &[lease("own", 1)]), [""; 0]);
        }
    }

    #[test]
    fn a_lease_that_holds_longer_is_dead_later() {
        let mut observer = Observer::new();
        let mut long = lease("long", 1);
        long.lease.lease_ms = 100_000;
        let first = (0..).step_by(10).find(|second| !observer.read(*second, &[long.clone()]).is_empty());
        assert_eq!(first, Some(110));
    }
}
