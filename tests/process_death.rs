//! A process that dies loses nothing: what ran has an opening, every ordinary operation of the dead process is
//! closed as `abandoned` at the next start, deferred ones stay open, numbers are never used again.
//!
//! The child process is this program again: it runs handlers on the embedded store until it is killed, or
//! until it aborts at a named step of the store. Each child that is to be killed goes on where the one before
//! it died.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod fleet;

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    fs::{self, File},
    hash::{BuildHasher, RandomState},
    io::Write,
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use events::{
    Event, EventId, EventManager, Filter, Href, Journal, ManualClock, Operation, Phase, Query, Reason, Seq,
    SqliteStore, Viewer, action, scope,
    sqlite::{Options, Step},
};
use fleet::{Answer, Deployment, LIMIT, Nuvlabox, Problem, jane, nuvlabox};

const FOLDER: &str = "EVENTS_TEST_FOLDER";
const STEP: &str = "EVENTS_TEST_STEP";

/// Segments so small that sealing and merging go on all the time.
fn options() -> Options {
    Options::new().segment_events(32).tail_events(128).merge_parts(3)
}

/// Says that the handler of the current operation runs.
fn note(ran: &File) {
    let id = Operation::current().id().unwrap();
    // One write, so that lines of handlers on other threads do not mix.
    (&*ran).write_all(format!("{id}\n").as_bytes()).unwrap();
}

#[action(event = "nuvlabox.reboot")]
async fn short(id: Href<Nuvlabox>, ran: &File) -> Result<Answer, Problem> {
    note(ran);
    Ok(Answer(202))
}

#[action(event = "nuvlabox.commission")]
async fn long(id: Href<Nuvlabox>, ran: &File, takes: Duration) -> Result<Answer, Problem> {
    note(ran);
    tokio::time::sleep(takes).await;
    Ok(Answer(200))
}

#[action(event = "deployment.start", deferred(within = "30d"))]
async fn deferred(id: Href<Deployment>, ran: &File) -> Result<Answer, Problem> {
    note(ran);
    Ok(Answer(202))
}

/// A clock that crosses the end of a month within a few hundred operations.
fn clock() -> ManualClock {
    ManualClock::at("2026-11-30T23:59:58.000Z".parse().unwrap())
}

/// What the child process does; without a folder it is no test.
#[test]
fn child() {
    let Ok(folder) = env::var(FOLDER) else { return };
    let folder = Path::new(&folder);
    let step = env::var(STEP).ok();
    let seen = AtomicUsize::new(0);
    let options = options().observe(move |at| {
        // The second time: by then there is something to lose.
        if step.as_deref() == Some(at.as_str())
            && (at.as_str().starts_with("Start") || seen.fetch_add(1, Ordering::SeqCst) == 1)
        {
            std::process::abort();
        }
    });
    let ran = Arc::new(File::options().create(true).append(true).open(folder.join("ran")).unwrap());
    let store = options.open(folder.join("events")).unwrap();
    let clock = clock();
    let manager = EventManager::builder(store).clock(clock.clone()).build().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let mut tasks = tokio::task::JoinSet::new();
        for number in 0..64_u64 {
            let (manager, ran, clock) = (manager.clone(), ran.clone(), clock.clone());
            let operations = async move {
                for round in 0..2_000_u64 {
                    clock.advance(Duration::from_millis(3));
                    match (number + round) % 8 {
                        0 => drop(deferred("1".parse().unwrap(), &ran).await),
                        1 | 2 => drop(long(nuvlabox("1"), &ran, Duration::from_millis(number % 7 * 5)).await),
                        _ => drop(short(nuvlabox("2"), &ran).await),
                    }
                }
            };
            tasks.spawn(manager.scope(scope(jane(), operations)));
        }
        tasks.join_all().await;
    });
}

fn start(folder: &Path, step: Option<Step>) -> Child {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", "child", "--nocapture"]).env(FOLDER, folder);
    if let Some(step) = step {
        command.env(STEP, step.as_str());
    }
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// What earlier rounds found: number and id of every event.
#[derive(Default)]
struct Known(BTreeMap<Seq, EventId>);

impl Known {
    /// Starts on what the dead process left, and checks every promise.
    async fn check(&mut self, folder: &Path, what: &str) {
        let store = options().open(folder.join("events")).unwrap();
        let before: BTreeMap<Seq, EventId> =
            everything(&store).into_iter().map(|(seq, event)| (seq, event.id)).collect();
        for (seq, id) in &self.0 {
            assert_eq!(before.get(seq), Some(id), "{what}: number {seq} is lost or used again");
        }
        let manager = EventManager::builder(store.clone()).clock(clock()).build().unwrap();
        let events = everything(&store);
        let ids: BTreeSet<EventId> = events.iter().map(|(_, event)| event.id).collect();
        assert_eq!(ids.len(), events.len(), "{what}: an event stands twice");

        for id in fs::read_to_string(folder.join("ran")).unwrap_or_default().lines() {
            let id: EventId = id.parse().unwrap();
            assert!(ids.contains(&id), "{what}: the handler of {id} ran without a stored opening");
        }
        let is_deferred = |event: &Event| event.event_type.resource_type() == "deployment";
        let mut open = BTreeSet::new();
        for (_, opening) in events.iter().filter(|(_, event)| event.phase == Phase::Requested) {
            match ids.contains(&opening.id.closing()) {
                true => {}
                false if is_deferred(opening) => drop(open.insert(opening.id)),
                false => panic!("{what}: {} of the dead process is still open", opening.id),
            }
        }
        for (seq, event) in events.iter().filter(|(seq, _)| !before.contains_key(seq)) {
            let reason = event.failure.as_ref().map(|failure| failure.reason);
            assert_eq!(reason, Some(Reason::Abandoned), "{what}: {seq} was stored at start-up");
        }
        let listed: BTreeSet<EventId> = store.open_operations().unwrap().iter().map(|operation| operation.id).collect();
        assert_eq!(listed, open, "{what}: the open operations");

        let counted = manager.count(&Filter::everything(), &Viewer::admin()).await.unwrap();
        assert_eq!(counted.events, events.len() as u64, "{what}: the count");
        let newest = manager.search(&Query::new(Viewer::admin()).limit(1_000)).await.unwrap();
        assert_eq!(newest.events.len(), events.len().min(1_000), "{what}: the search");
        self.0 = events.into_iter().map(|(seq, event)| (seq, event.id)).collect();
        assert!(manager.shutdown(LIMIT).await, "{what}: the shutdown");
    }
}

fn everything(store: &SqliteStore) -> Vec<(Seq, Event)> {
    let mut all: Vec<(Seq, Event)> = Vec::new();
    loop {
        let from = all.last().map_or(Seq(1), |(seq, _)| seq.next());
        let read = store.read(from, 10_000, usize::MAX).unwrap();
        if read.is_empty() {
            return all;
        }
        for stored in read {
            assert!(all.last().is_none_or(|(last, _)| *last < stored.seq), "numbers grow");
            all.push((stored.seq, Event::from_document(&stored.document).unwrap()));
        }
    }
}

fn size(folder: &Path) -> u64 {
    fs::metadata(folder.join("ran")).map_or(0, |metadata| metadata.len())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_is_killed_at_a_random_moment_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut known = Known::default();
    let mut random = RandomState::new().hash_one(0);
    for round in 0..30 {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let until = size(folder.path()) + 49 * (random >> 33) % 9_000;
        let mut child = start(folder.path(), None);
        let deadline = Instant::now() + LIMIT;
        while size(folder.path()) <= until {
            assert!(Instant::now() < deadline, "the child does not get on");
            assert!(child.try_wait().unwrap().is_none(), "the child ended by itself");
            std::thread::yield_now();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        known.check(folder.path(), &format!("killed in round {round}")).await;
    }
    assert!(!known.0.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_aborts_at_any_step_loses_nothing() {
    // Nothing drops months here: the store's own tests do.
    for step in Step::ALL.iter().filter(|step| !step.as_str().starts_with("Drop")) {
        let folder = tempfile::tempdir().unwrap();
        let mut known = Known::default();
        let status = start(folder.path(), Some(*step)).wait().unwrap();
        assert!(!status.success(), "the child never came to {step}");
        known.check(folder.path(), &format!("aborted at {step}")).await;
    }
}
