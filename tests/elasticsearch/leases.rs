//! Several API processes on one server: what one leaves open that is gone is closed by another, and nothing
//! else is.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use events::{
    Attribute, EventId, EventManager, Filter, Journal, Phase, ProcessId, Reason, RelayState, Seq, SqliteStore,
    memory::MemoryStore, scope,
};
use events_test_servers::{Disposable, elasticsearch};
use tokio::{sync::oneshot, task::JoinSet};

use crate::{
    cut::Cut,
    fleet::{LIMIT, jane, nuvlabox, until},
    other_process::{OPEN, OtherProcess, Skewed, commission, reboot, update},
    place::{Place, connect},
};

/// Long enough for a machine that does much else, short enough to wait for.
const LEASE: Duration = Duration::from_secs(5);

fn filter(attribute: Attribute, value: &str) -> Filter {
    Filter::is(attribute, value)
}

fn openings() -> Filter {
    filter(Attribute::Phase, "requested")
}

fn abandoned() -> Filter {
    filter(Attribute::Reason, Reason::Abandoned.as_str())
}

/// Waits until the server finds so many events.
pub(crate) async fn until_found(what: &str, place: &Place, filter: &Filter, events: u64) {
    let start = Instant::now();
    loop {
        let found = place.count(filter).await;
        if found >= events {
            return;
        }
        assert!(start.elapsed() < 2 * LIMIT, "{what}: {found} of {events} after {:?}", start.elapsed());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// An API process as far as others can tell: in this one, with a journal of its own.
struct Process {
    manager: EventManager,
    /// Operations that never end.
    open: JoinSet<()>,
}

impl Process {
    fn start(place: &Place, journal: impl Journal, clock: Skewed) -> Self {
        let builder = EventManager::builder(journal).relay_to(place.connect()).clock(clock);
        Self { manager: builder.with_limits(|limits| limits.lease = LEASE).build().unwrap(), open: JoinSet::new() }
    }

    /// Begins operations that never end, and waits until the server has them.
    async fn open(&mut self, place: &Place, operations: u64) -> Vec<EventId> {
        let before = place.count(&openings()).await;
        for _ in 0..operations {
            let never = self.manager.scope(scope(jane(), commission(nuvlabox("3"))));
            self.open.spawn(async move { drop(never.await) });
        }
        until_found("they are open", place, &openings(), before + operations).await;
        let events = place.events().await;
        events.into_iter().filter(|event| event.phase == Phase::Requested).map(|event| event.id).collect()
    }

    async fn reboot(&self) {
        self.manager.scope(scope(jane(), reboot(nuvlabox("1")))).await.unwrap();
    }

    /// As its openings say it.
    fn id(&self) -> String {
        format!("{:?}", self.manager).split('"').nth(1).unwrap().to_owned()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_process_left_open_that_is_gone_is_closed_by_another_within_two_leases() {
    // A minute behind or ahead, it makes no difference.
    for ((name, url), skew) in elasticsearch().into_iter().zip([-60, 60, 0]) {
        let place = Place::new(&url);
        let folders = tempfile::tempdir().unwrap();
        let (lost, kept) = (folders.path().join("lost"), folders.path().join("kept"));
        let other = MemoryStore::new();
        let journal = SqliteStore::open(&kept).unwrap();
        let manager = EventManager::builder(journal.clone())
            .relay_to(place.connect())
            .relay_to(other.clone())
            .with_limits(|limits| limits.lease = LEASE)
            .build()
            .unwrap();
        let mut observer = Process { manager, open: JoinSet::new() };
        let own = observer.open(&place, 3).await;

        let mut gone = OtherProcess::start(&place, &lost, LEASE, skew);
        // Its own 3, 20 that end, one that is deferred, and those that never end.
        until_found("the other process records", &place, &openings(), 3 + 20 + 1 + OPEN).await;
        tokio::time::sleep(2 * LEASE).await;
        assert_eq!(place.count(&abandoned()).await, 0, "{name}: it lives");
        gone.kill();
        let killed = Instant::now();
        fs::remove_dir_all(&lost).unwrap();

        until_found("they are closed", &place, &abandoned(), OPEN).await;
        assert!(killed.elapsed() < 2 * LEASE, "{name}: after {:?}", killed.elapsed());
        until("the other relays pass them on", || other.len() as u64 == 3 + OPEN).await;
        let events = place.events().await;
        let closings: Vec<_> = events.iter().filter(|event| event.failure.is_some()).collect();
        assert_eq!(closings.len() as u64, OPEN, "{name}: nothing else is closed, deferred operations least of all");
        for closing in closings {
            assert_eq!(closing.event_type.as_str(), "nuvlabox.commission.failed");
            assert!(!own.contains(&closing.id.opening()), "{name}: its own operations run");
            assert!(observer.manager.get(closing.id, &events::Viewer::admin()).await.unwrap().is_some());
        }
        assert_eq!(place.leases(), 2, "{name}: the deferred operation may still be closed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lease_of_a_process_that_is_gone_goes_when_nothing_is_open() {
    for (name, url) in elasticsearch() {
        let place = Place::new(&url);
        let mut observer = Process::start(&place, MemoryStore::new(), Skewed(0));
        observer.open(&place, 1).await;
        let mut leaving = Process::start(&place, MemoryStore::new(), Skewed(0));
        leaving.open(&place, 2).await;
        assert_eq!(place.leases(), 2);
        // One that ends as it should gives its lease back.
        leaving.open.shutdown().await;
        assert!(leaving.manager.shutdown(LIMIT).await);
        until("one lease is left", || place.leases() == 1).await;
        let cancelled = filter(Attribute::Reason, Reason::Cancelled.as_str());
        assert_eq!(place.count(&cancelled).await, 2, "{name}: its operations ended with it");
        assert_eq!(place.count(&abandoned()).await, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_longer_than_the_lease_closes_nothing() {
    let Some(mut server) = Disposable::elasticsearch(&[]) else { return };
    let place = Place::new(server.address());
    let mut processes = [0, 60].map(|skew| Process::start(&place, MemoryStore::new(), Skewed(skew)));
    for process in &mut processes {
        process.open(&place, 3).await;
    }
    // In good health for longer than a lease.
    tokio::time::sleep(2 * LEASE).await;
    server.kill();
    tokio::time::sleep(2 * LEASE).await;
    server.restart();
    for process in &processes {
        process.reboot().await;
        until("it is back", || process.manager.relays()[0].behind == 0).await;
    }
    let back = Instant::now();
    while back.elapsed() < 3 * LEASE {
        assert_eq!(place.count(&abandoned()).await, 0, "after {:?}", back.elapsed());
        tokio::time::sleep(LEASE / 10).await;
    }
    assert_eq!(place.leases(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_does_what_it_is_asked_and_never_says_so_costs_no_lease() {
    let Some((_, url)) = elasticsearch().into_iter().next() else { return };
    let place = Place::new(&url);
    let cut = Cut::to(&url);
    let manager = EventManager::builder(MemoryStore::new())
        .relay_to(connect(&format!("{},{url}", cut.url()), place.prefix()))
        .with_limits(|limits| limits.lease = LEASE)
        .build()
        .unwrap();
    let mut of_two_nodes = Process { manager, open: JoinSet::new() };
    of_two_nodes.open(&place, 1).await;
    let _other = Process::start(&place, MemoryStore::new(), Skewed(0));
    until("both have a lease", || place.leases() == 2).await;

    cut.withhold_answers(true);
    let begun = Instant::now();
    while begun.elapsed() < 4 * LEASE {
        assert_eq!(place.count(&abandoned()).await, 0, "after {:?}", begun.elapsed());
        // What is delivered takes turns with the lease: it meets this node and that one.
        of_two_nodes.reboot().await;
        tokio::time::sleep(LEASE / 10).await;
    }
    cut.withhold_answers(false);
}

/// A process that cannot reach the server while others can is gone to them.
#[tokio::test(flavor = "multi_thread")]
async fn an_ending_that_comes_after_others_took_its_process_for_gone_is_kept() {
    for (name, url) in elasticsearch() {
        let place = Place::new(&url);
        let cut = Cut::to(&url);
        let manager = EventManager::builder(MemoryStore::new())
            .relay_to(connect(&cut.url(), place.prefix()))
            .with_limits(|limits| limits.lease = LEASE)
            .build()
            .unwrap();
        let mut far = Process { manager, open: JoinSet::new() };
        let (tell, told) = oneshot::channel();
        let running = far.manager.scope(scope(jane(), update(nuvlabox("3"), told)));
        far.open.spawn(async move { drop(running.await) });
        until_found("it runs", &place, &openings(), 1).await;
        let _near = Process::start(&place, MemoryStore::new(), Skewed(0));
        until("both have a lease", || place.leases() == 2).await;

        cut.set(true);
        until_found("the other one closes it", &place, &abandoned(), 1).await;
        tell.send(()).unwrap();
        cut.set(false);
        let late = filter(Attribute::EventType, "nuvlabox.update.late-ending");
        until_found("how it ended is there", &place, &late, 1).await;
        until("everything is told", || far.manager.relays()[0].behind == 0).await;
        let letters = far.manager.dead_letters("elasticsearch", Seq(0), 10).await.unwrap();
        assert_eq!(letters.len(), 1, "{name}: {letters:?}");
        assert!(letters[0].reason.contains("somebody else closed it first"), "{name}: {}", letters[0].reason);
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_of_a_journal_is_found_as_a_conflict_and_delivers_nothing() {
    for (name, url) in elasticsearch() {
        let place = Place::new(&url);
        let folders = tempfile::tempdir().unwrap();
        let (original, copied) = (folders.path().join("original"), folders.path().join("copied"));
        let mut first = Process::start(&place, SqliteStore::open(&original).unwrap(), Skewed(0));
        first.open(&place, 3).await;
        copy(&original, &copied);
        // It takes what is open for its own of an earlier start, and closes that in its journal.
        let second = Process::start(&place, SqliteStore::open(&copied).unwrap(), Skewed(0));
        let both = [first.id(), second.id()];
        let mut said = String::new();
        until("it is found", || match &second.manager.relays()[0].state {
            RelayState::Misconfigured { reason } => {
                said.clone_from(reason);
                true
            }
            _ => false,
        })
        .await;
        assert!(both.iter().all(|process| said.contains(process)) && said.contains("EVT164"), "{name}: {said}");
        first.reboot().await;
        second.reboot().await;
        until("the original goes on", || first.manager.relays()[0].behind == 0).await;
        assert_eq!(place.count(&abandoned()).await, 0, "{name}: what the copy believes is told nobody");
        assert_eq!(second.manager.relays()[0].delivered, 0, "{name}: the copy delivers nothing");
    }
}

/// As if the disk had been cloned: nothing about the journal tells the two apart.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_processes_that_believe_to_be_alone_the_later_one_gives_way() {
    for (name, url) in elasticsearch() {
        let place = Place::new(&url);
        let journal = MemoryStore::new();
        let first = Process::start(&place, journal.clone(), Skewed(0));
        first.reboot().await;
        until("it delivers", || first.manager.relays()[0].behind == 0).await;
        let second = Process::start(&place, journal.clone(), Skewed(0));
        let both = [first.id(), second.id()];
        let start = Instant::now();
        loop {
            second.reboot().await;
            if let RelayState::Failing { reason } = &second.manager.relays()[0].state
                && reason.contains("EVT164")
            {
                assert!(both.iter().all(|process| reason.contains(process)), "{name}: {reason}");
                break;
            }
            assert!(start.elapsed() < LIMIT, "{name}: {:?}", second.manager.relays());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        first.reboot().await;
        until("the first goes on", || first.manager.relays()[0].behind == 0).await;
        // And when it is gone, the other one does.
        drop(first);
        until("the second takes over", || second.manager.relays()[0].behind == 0).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_starts_again_where_its_journal_is_delivers_at_once() {
    let long = Duration::from_secs(600);
    for (name, url) in elasticsearch() {
        let place = Place::new(&url);
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("events");
        let mut gone = OtherProcess::start(&place, &folder, long, 0);
        until_found("the process records", &place, &openings(), 20 + 1 + OPEN).await;
        gone.kill();
        let manager = EventManager::builder(SqliteStore::open(&folder).unwrap())
            .relay_to(place.connect())
            .with_limits(|limits| limits.lease = long)
            .build()
            .unwrap();
        until("it delivers what was left", || manager.relays()[0].behind == 0).await;
        assert_eq!(place.count(&abandoned()).await, OPEN, "{name}");
        assert_eq!(place.leases(), 1);
    }
}

/// Only so that the id of a process is spelt as its events spell it.
#[test]
fn a_process_is_named_as_in_its_events() {
    let manager = EventManager::builder(MemoryStore::new()).build().unwrap();
    let process = Process { manager, open: JoinSet::new() };
    assert!(process.id().parse::<ProcessId>().is_ok(), "{}", process.id());
}
