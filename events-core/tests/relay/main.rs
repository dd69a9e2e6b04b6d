//! A relay delivers everything the journal holds, in order, at least once, whatever its destination does.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod dead_letters;
mod server;
mod start_up;
mod troubled;

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use events_core::{
    Builder, Caller, Context, Entry, EntryKind, EventId, EventManager, Journal, NotReady, Position, PostError, Posted,
    RefusedKind, Registry, RelayError, RelayState, RelayStatus, Resumption, SearchError, Seq, Viewer,
    conformance::Generator,
    memory::{Fault, MemoryStore},
};
use server::{Does, Server};
use troubled::Troubled;

/// How long a condition may take on a machine that is busy.
const LIMIT: Duration = Duration::from_secs(20);

/// Events of operations that nobody leaves open: a manager would close them first.
fn events(count: usize) -> Vec<Entry> {
    Generator::new(1).events(count).into_iter().map(|entry| Entry { kind: EntryKind::Direct, ..entry }).collect()
}

/// A journal with events that were recorded before.
fn journal_of(count: usize) -> (MemoryStore, Vec<Entry>) {
    let store = MemoryStore::new();
    let entries = events(count);
    store.append(&entries).unwrap();
    (store, entries)
}

fn builder(journal: impl Journal) -> Builder {
    EventManager::builder(journal).registry(Registry::of([]))
}

fn relaying(journal: impl Journal, server: &Server) -> EventManager {
    builder(journal).relay_to(server.clone()).build().unwrap()
}

fn status(manager: &EventManager) -> RelayStatus {
    manager.relays().remove(0)
}

/// How far a relay has written down that it is.
fn position(journal: &impl Journal, relay: &str) -> Option<Seq> {
    journal.bookmarks().position(relay).unwrap().map(|position| position.through)
}

fn seqs(numbers: impl IntoIterator<Item = u64>) -> Vec<Seq> {
    numbers.into_iter().map(Seq).collect()
}

async fn until(what: &str, mut reached: impl FnMut() -> bool) {
    let deadline = Instant::now() + LIMIT;
    while !reached() {
        assert!(Instant::now() < deadline, "not within {LIMIT:?}: {what}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

async fn delivered(manager: EventManager) {
    assert!(manager.shutdown(LIMIT).await, "not everything is delivered: {:?}", manager.relays());
}

/// Every event is there once; in order, where nothing but a retry of single events may change it.
#[track_caller]
fn assert_whole(what: &str, server: &Server, entries: &[Entry], in_order: bool) {
    let there: Vec<EventId> = server.store.events().iter().map(|event| event.id).collect();
    let expected: Vec<EventId> = entries.iter().map(|entry| entry.id).collect();
    if in_order {
        assert!(there == expected, "{what}: {} of {} events are there in order", there.len(), expected.len());
    } else {
        assert_eq!(there.len(), expected.len(), "{what}: as many are there");
        let (there, expected): (BTreeSet<_>, BTreeSet<_>) =
            (there.into_iter().collect(), expected.into_iter().collect());
        assert!(there == expected, "{what}: the same are there");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_arrives_in_order_and_the_destination_is_closed_once() {
    let (journal, entries) = journal_of(95);
    let server = Server::new("server");
    let manager = relaying(journal.clone(), &server);
    delivered(manager.clone()).await;
    assert_whole("in batches", &server, &entries, true);
    let RelayStatus { name, through, behind, age, dead_letters, delivered, redelivered, missing, state, .. } =
        status(&manager);
    assert_eq!((name.as_str(), through, behind, age, dead_letters), ("server", Seq(95), 0, None, 0));
    assert_eq!((delivered, redelivered, missing, state), (95, 0, 0, RelayState::Stopped));
    assert_eq!((manager.metrics().delivered, manager.metrics().redelivered), (95, 0));
    let batches: Vec<usize> = server.deliveries().iter().map(Vec::len).collect();
    assert_eq!(batches, [10, 10, 10, 10, 10, 10, 10, 10, 10, 5]);
    drop(manager);
    until("it is closed", || server.closed() == 1).await;

    // The next start goes on where this one ended.
    let manager = relaying(journal, &server);
    self::delivered(manager).await;
    assert_eq!(server.deliveries().len(), 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn batches_are_bounded_by_bytes() {
    let (journal, entries) = journal_of(30);
    let largest = entries.iter().map(|entry| entry.document.len()).max().unwrap();
    let mut server = Server::new("server");
    server.batches.bytes = 2 * largest;
    delivered(relaying(journal.clone(), &server)).await;
    assert_whole("by bytes", &server, &entries, true);
    let size = |batch: &Vec<Seq>| batch.iter().map(|seq| entries[seq.0 as usize - 1].document.len()).sum::<usize>();
    assert!(server.deliveries().iter().all(|batch| size(batch) <= 2 * largest));
    assert!(server.deliveries().len() < 20, "{:?}", server.deliveries());

    let mut tiny = Server::new("tiny");
    tiny.batches.bytes = 1;
    delivered(relaying(journal, &tiny)).await;
    assert_whole("an event larger than the limit", &tiny, &entries, true);
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_happens_at_any_delivery_nothing_is_missing_and_nothing_is_there_twice() {
    let faults = [
        Fault::Full,
        Fault::Failed,
        Fault::CommittedButReported,
        Fault::Hang,
        Fault::Slow(Duration::from_millis(5)),
        Fault::AnswerTwice,
    ];
    let misbehaviours = [
        Does::PanicsAtOnce,
        Does::PanicsHalfway,
        Does::NeverAnswers,
        Does::AnswersForTooFew,
        Does::TakesNothing,
        Does::TakesEverySecond,
        Does::TakesAllAndNeverAnswers,
    ];
    let happens =
        faults.into_iter().map(Happens::Fault).chain(misbehaviours.into_iter().map(Happens::Does)).collect::<Vec<_>>();
    for happens in happens {
        let mut rounds = tokio::task::JoinSet::new();
        for (nth, in_flight) in (1..=6).flat_map(|nth| [(nth, 1), (nth, 3)]) {
            rounds.spawn(nothing_is_lost_when(happens, nth, in_flight));
        }
        rounds.join_all().await;
    }
}

#[derive(Clone, Copy, Debug)]
enum Happens {
    Fault(Fault),
    Does(Does),
}

async fn nothing_is_lost_when(happens: Happens, nth: u64, in_flight: usize) {
    let (journal, entries) = journal_of(55);
    let server = Server::new("server").in_flight(in_flight);
    match happens {
        Happens::Fault(fault) => server.store.faults().fail_append(nth, fault),
        Happens::Does(does) => server.misbehave(nth, does),
    }
    let impatient = builder(journal).with_limits(|limits| limits.delivery = Duration::from_millis(250));
    delivered(impatient.relay_to(server.clone()).build().unwrap()).await;
    let in_order = in_flight == 1 && !matches!(happens, Happens::Does(Does::TakesEverySecond));
    assert_whole(&format!("{happens:?} at delivery {nth}, {in_flight} in flight"), &server, &entries, in_order);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_batch_overtakes_an_earlier_one_where_one_is_in_flight() {
    let (journal, entries) = journal_of(50);
    let server = Server::new("server");
    server.misbehave(3, Does::TakesEverySecond);
    let manager = relaying(journal, &server);
    delivered(manager.clone()).await;
    assert_whole("some are taken later", &server, &entries, false);
    let expected =
        [seqs(1..=10), seqs(11..=20), seqs(21..=30), seqs((21..=30).step_by(2)), seqs(31..=40), seqs(41..=50)];
    assert_eq!(server.deliveries(), expected, "only what was not taken is delivered again, before anything later");
    assert_eq!((status(&manager).delivered, status(&manager).redelivered), (50, 5));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_position_moves_only_over_what_is_confirmed_without_a_hole() {
    let (journal, entries) = journal_of(60);
    let server = Server::new("server").in_flight(3);
    // Batches 1 and 3 are taken at once, the second hangs: until then nothing behind it counts.
    server.misbehave(2, Does::NeverAnswers);
    let manager = relaying(journal.clone(), &server);
    until("the third batch", || status(&manager).delivered >= 20).await;
    until("the position", || status(&manager).through == Seq(10)).await;
    assert!(status(&manager).behind >= 50 && status(&manager).age.is_some());
    drop(manager);
    until("it is written down", || position(&journal, "server") == Some(Seq(10))).await;
    let there = server.store.len();
    assert!(there >= 20, "what was taken beyond stays there");

    server.behave();
    delivered(relaying(journal, &server)).await;
    assert_whole("delivered again", &server, &entries, false);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_position_moves_within_a_batch() {
    let (journal, _) = journal_of(10);
    let server = Server::new("server");
    server.misbehave(0, Does::TakesEverySecond);
    let manager = relaying(journal, &server);
    // Of ten every second is taken each time, and the first never: the last of all is alone.
    until("the last one is alone", || server.deliveries().last().is_some_and(|batch| batch.len() == 1)).await;
    assert_eq!(status(&manager).through, Seq(0));
    assert!(matches!(status(&manager).state, RelayState::Failing { reason } if reason == "come back later"));
    server.behave();
    until("all of it", || status(&manager).through == Seq(10)).await;
    assert_eq!(status(&manager).state, RelayState::Delivering);
}

#[tokio::test(flavor = "multi_thread")]
async fn damaged_events_are_counted_and_what_stands_behind_them_is_delivered() {
    let journal = Troubled::default();
    let entries = events(40);
    journal.store.append(&entries).unwrap();
    journal.damage(5..=17);
    journal.damage(38..=40);
    let server = Server::new("server");
    let manager = relaying(journal.clone(), &server);
    delivered(manager.clone()).await;
    assert_whole("around the damage", &server, &[&entries[..4], &entries[17..37]].concat(), true);
    assert_eq!((status(&manager).missing, status(&manager).behind, status(&manager).through), (16, 0, Seq(37)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_that_panics_does_not_end_the_relay() {
    let journal = Troubled::default();
    let entries = events(40);
    journal.store.append(&entries).unwrap();
    journal.panic(true);
    let server = Server::new("server");
    let manager = relaying(journal.clone(), &server);
    until(
        "it says so",
        || matches!(status(&manager).state, RelayState::Failing { reason } if reason.contains("panicked")),
    )
    .await;
    journal.panic(false);
    delivered(manager).await;
    assert_whole("afterwards", &server, &entries, true);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_journal_is_another_everything_is_delivered_again_and_nothing_is_there_twice() {
    let (journal, entries) = journal_of(40);
    let server = Server::new("server");
    delivered(relaying(journal.clone(), &server)).await;
    // Another event stands there; an older copy ends before it; nobody knows any more.
    let positions = [
        Position { through: Seq(20), id: entries[20].id },
        Position { through: Seq(41), id: entries[39].id },
        Position::BEGINNING,
    ];
    for (round, position) in positions.into_iter().enumerate() {
        journal.bookmarks().set_position("server", position).unwrap();
        delivered(relaying(journal.clone(), &server)).await;
        assert_eq!(server.deliveries().len(), 4 * (round + 2), "{position:?}");
        assert_whole("delivered again", &server, &entries, true);
    }
    journal.bookmarks().set_position("server", Position { through: Seq(20), id: entries[19].id }).unwrap();
    delivered(relaying(journal.clone(), &server)).await;
    assert_eq!(server.deliveries().len(), 18, "two batches more behind a position that is right");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_destination_is_told_where_it_goes_on_and_what_it_said_of_that_place() {
    let (journal, entries) = journal_of(43);
    let server = Server::new("server");
    let kept = || journal.bookmarks().landmark("server").unwrap();
    let last_told = || {
        let Resumption { through, recorded, landmark, .. } = server.resumed().pop().unwrap();
        (through.0, recorded.0, landmark)
    };
    server.misbehave(0, Does::TakesNothing);
    let manager = relaying(journal.clone(), &server);
    until("something was tried", || !server.deliveries().is_empty()).await;
    assert_eq!(kept().as_deref(), Some("behind 0"), "kept before anything can be there");
    server.behave();
    delivered(manager).await;
    assert_eq!(last_told(), (0, 43, None));
    assert!(
        kept().is_some_and(|kept| ["behind 0", "behind 10", "behind 20", "behind 30", "behind 40"].contains(&&*kept)),
        "of no later number than the position"
    );

    journal.append(&events(50)[43..]).unwrap();
    let before = kept();
    delivered(relaying(journal.clone(), &server)).await;
    assert_eq!(last_told(), (43, 50, before));
    assert_eq!(kept().as_deref(), Some("behind 50"));

    // The journal is another: what was said is of no place in it. Nor for the next, whatever becomes of this one.
    journal.bookmarks().set_position("server", Position { through: Seq(20), id: entries[20].id }).unwrap();
    server.not_ready([NotReady::Misconfigured("no".to_owned())], None);
    assert!(tokio::task::block_in_place(|| builder(journal.clone()).relay_to(server.clone()).build()).is_err());
    assert_eq!(last_told(), (0, 50, None));
    delivered(relaying(journal.clone(), &server)).await;
    let (through, _, landmark) = last_told();
    assert!(through == 0 && [None, Some("behind 0")].contains(&landmark.as_deref()), "{landmark:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_that_is_stuck_holds_up_no_other() {
    let (journal, entries) = journal_of(200);
    let (fast, slow) = (Server::new("fast").in_flight(4), Server::new("slow"));
    slow.misbehave(0, Does::NeverAnswers);
    let manager = builder(journal.clone()).relay_to(fast.clone()).relay_to(slow.clone()).build().unwrap();
    until("the fast one", || status(&manager).behind == 0).await;
    assert_whole("fast", &fast, &entries, true);
    let relays = manager.relays();
    assert_eq!((relays[1].name.as_str(), relays[1].through, relays[1].behind), ("slow", Seq(0), 200));

    let begun = Instant::now();
    assert!(!manager.shutdown(Duration::from_millis(50)).await, "one has delivered nothing");
    assert!(begun.elapsed() < LIMIT / 2);
    until("the position of the fast one", || position(&journal, "fast") == Some(Seq(200))).await;
    slow.behave();
    delivered(builder(journal).relay_to(fast.clone()).relay_to(slow.clone()).build().unwrap()).await;
    assert_whole("slow", &slow, &entries, true);
    assert_eq!(fast.deliveries().len(), 20, "nothing is delivered again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manager_that_is_dropped_does_not_wait_for_a_destination() {
    let (journal, entries) = journal_of(30);
    let server = Server::new("server");
    server.misbehave(0, Does::TakesAllAndNeverAnswers);
    let manager = relaying(journal.clone(), &server);
    until("a delivery", || server.deliveries().len() == 1).await;
    let begun = Instant::now();
    drop(manager);
    assert!(begun.elapsed() < LIMIT / 4);
    until("it is closed", || server.closed() == 1).await;
    server.behave();
    delivered(relaying(journal, &server)).await;
    assert_whole("afterwards", &server, &entries, true);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_destination_that_is_away_at_the_start_is_no_error() {
    let (journal, entries) = journal_of(30);
    let server = Server::new("server");
    let away = || [NotReady::Later("connection refused".to_owned())];
    server.not_ready(away(), Some(NotReady::Misconfigured("no right to write".to_owned())));
    let manager = relaying(journal, &server);
    until(
        "it says what is wrong",
        || matches!(status(&manager).state, RelayState::Misconfigured { reason } if reason == "no right to write"),
    )
    .await;
    let error = manager.replay_dead_letters("server", Seq(0), 1).await.unwrap_err();
    assert!(matches!(&error, RelayError::NotReady(relay) if relay == "server"), "{error}");
    assert!(server.deliveries().is_empty(), "nothing is delivered before it is ready");
    server.not_ready(away(), None);
    delivered(manager).await;
    assert!(server.prepared() >= 4, "each time it was not ready it is asked again");
    assert_whole("afterwards", &server, &entries, true);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_stored_although_the_journal_fails_is_delivered_at_once() {
    let (journal, server) = (MemoryStore::new(), Server::new("server"));
    let manager = relaying(journal.clone(), &server);
    until("it delivers", || status(&manager).state == RelayState::Delivering).await;
    journal.faults().fail_append(1, Fault::CommittedButReported);
    let event = serde_json::json!({ "event-type": "backup.finished" });
    let posted = Posted::new(event.as_object().unwrap().clone());
    let jane = Context::new(Caller::user("user/jane").unwrap());
    // Nobody tries it again: it is in doubt.
    let error = manager.post(posted, &jane).await.unwrap_err();
    assert!(matches!(&error, PostError::Refused(refused) if refused.kind == RefusedKind::Storage), "{error}");
    until("it is there", || server.store.len() == 1).await;
    delivered(manager).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_nobody_could_look_for_is_never_said_to_be_absent() {
    let journal = Troubled::default();
    let entries = events(2);
    journal.store.append(&entries[..1]).unwrap();
    let server = Server::new("server");
    let manager = builder(journal.clone()).relay_to(server.clone()).search_in("server").build().unwrap();
    until("it is delivered", || status(&manager).behind == 0).await;
    journal.busy(true);
    let found = manager.get(entries[0].id, &Viewer::admin()).await.unwrap();
    assert!(found.is_some(), "it is found where it was delivered to");
    let error = manager.get(entries[1].id, &Viewer::admin()).await.unwrap_err();
    assert!(matches!(error, SearchError::Busy(_)), "{error}");
    journal.busy(false);
    assert!(manager.get(entries[1].id, &Viewer::admin()).await.unwrap().is_none(), "now it is known to be absent");
    delivered(manager).await;
}
