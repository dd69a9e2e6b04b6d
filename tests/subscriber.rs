//! An application's subscriber may record what it is told, or panic: who logs calls code that nobody here wrote. Nothing
//! that it needs is held meanwhile, and nothing is lost with it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod fleet;

use std::{
    cell::Cell,
    collections::BTreeSet,
    fmt::{self, Write as _},
    pin::pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    task::{Context as Task, Poll, Wake, Waker},
    thread::{self, Thread},
    time::Duration,
};

use events::{
    Batches, BoxFuture, Context, Delivery, Destination, Event, EventManager, Href, NotReady, Phase, RefusedKind,
    RelayState, Sequenced, Source, action,
    memory::{Fault, MemoryStore},
    scope,
};
use fleet::{Answer, LIMIT, Nuvlabox, Problem, jane, nuvlabox, patient, until};
use tokio::sync::watch;
use tracing::{
    Level, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};

#[action(event = "nuvlabox.reboot")]
async fn reboot(id: Href<Nuvlabox>) -> Result<Answer, Problem> {
    Ok(Answer(202))
}

#[action(event = "nuvlabox.rename", resource = name)]
async fn rename(name: String) -> Result<Answer, Problem> {
    Ok(Answer(200))
}

/// What goes wrong inside is refused, and logged there.
#[action(event = "nuvlabox.update")]
async fn update(id: Href<Nuvlabox>) -> Result<Answer, Problem> {
    rename("no href".to_owned()).await
}

#[action(event = "nuvlabox.notice")]
async fn notice(id: Href<Nuvlabox>) -> Result<Answer, Problem> {
    Ok(Answer(200))
}

/// Records every warning and error, and looks at the relays, before it lets whoever logs go on.
struct Noticing;

/// Whether it panics instead, where a thread of the library logs.
static PANICS: AtomicBool = AtomicBool::new(false);

static NOTICES: Mutex<Notices> = Mutex::new(Notices::of(None));

struct Notices {
    manager: Option<EventManager>,
    /// What it was told since it has the manager.
    told: String,
    recorded: usize,
    refused: usize,
}

impl Notices {
    const fn of(manager: Option<EventManager>) -> Self {
        Self { manager, told: String::new(), recorded: 0, refused: 0 }
    }
}

/// Writes down what is told.
struct Told<'n>(&'n mut String);

impl Visit for Told<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        writeln!(self.0, "{field}: {value:?}").unwrap();
    }
}

thread_local! {
    /// What it does itself may be logged, too.
    static IS_NOTICING: Cell<bool> = const { Cell::new(false) };
}

impl Subscriber for Noticing {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= Level::WARN
    }

    fn event(&self, event: &tracing::Event<'_>) {
        let is_ours = thread::current().name().is_some_and(|name| name.starts_with("events-"));
        assert!(!(is_ours && PANICS.load(Ordering::SeqCst)), "on purpose");
        let manager = {
            let mut notices = NOTICES.lock().unwrap();
            if notices.manager.is_some() {
                event.record(&mut Told(&mut notices.told));
            }
            notices.manager.clone()
        };
        let Some(manager) = manager.filter(|_| !IS_NOTICING.replace(true)) else { return };
        let noticed = block_on(manager.scope(scope(Context::internal("audit"), notice(nuvlabox("log")))));
        let _ = manager.relays();
        IS_NOTICING.set(false);
        let mut notices = NOTICES.lock().unwrap();
        match noticed {
            Ok(_) => notices.recorded += 1,
            Err(_) => notices.refused += 1,
        }
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Waits on this thread, whatever runtime it belongs to.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Task::from_waker(&waker)) {
            Poll::Ready(answer) => return answer,
            Poll::Pending => thread::park(),
        }
    }
}

/// Runs something on a thread of its own; a lock that it waits for for ever fails the test.
fn within_limit(what: &'static str, run: impl Future<Output = ()> + Send + 'static) {
    let (sender, ended) = mpsc::channel();
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(run);
        sender.send(()).unwrap();
    });
    assert_eq!(ended.recv_timeout(3 * LIMIT), Ok(()), "{what}");
}

/// Nothing is open, and nothing is there twice. Answers how many operations of a type there are.
fn complete(store: &MemoryStore, event_type: &str) -> usize {
    let events = store.events();
    let ids: BTreeSet<_> = events.iter().map(|event| event.id).collect();
    assert_eq!(ids.len(), events.len(), "each is there once");
    let openings = |event: &&Event| event.phase == Phase::Requested;
    assert!(events.iter().filter(openings).all(|opening| ids.contains(&opening.id.closing())), "each is closed");
    let is_of = |event: &&Event| event.event_type.to_string() == event_type && event.phase == Phase::Requested;
    events.iter().filter(is_of).count()
}

#[derive(Clone, Copy, Debug)]
enum Refusal {
    NoContext,
    BadDocument,
    Nested,
    StoreIsFull,
    StoreHangs,
    TooManyOpen,
    Stopped,
}

impl Refusal {
    async fn happen(self, manager: &EventManager, store: &MemoryStore) -> RefusedKind {
        let reboot = || manager.scope(scope(jane(), reboot(nuvlabox("1"))));
        let refused = match self {
            Self::NoContext => manager.scope(self::reboot(nuvlabox("1"))).await,
            Self::BadDocument => manager.scope(scope(jane(), rename("no href".to_owned()))).await,
            Self::Nested => manager.scope(scope(jane(), update(nuvlabox("1")))).await,
            Self::StoreIsFull => {
                store.faults().fail_append(1, Fault::Full);
                reboot().await
            }
            Self::StoreHangs => {
                store.faults().fail_append(1, Fault::Hang);
                let refused = reboot().await;
                store.faults().heal();
                refused
            }
            Self::TooManyOpen => {
                let mut open = pin!(manager.scope(scope(jane(), hold(nuvlabox("1")))));
                assert!(open.as_mut().poll(&mut Task::from_waker(Waker::noop())).is_pending());
                reboot().await
            }
            Self::Stopped => {
                assert!(manager.shutdown(LIMIT).await);
                reboot().await
            }
        };
        refused.unwrap_err().refusal().kind
    }
}

#[action(event = "nuvlabox.hold")]
async fn hold(id: Href<Nuvlabox>) -> Result<Answer, Problem> {
    std::future::pending().await
}

/// A destination that waits for a word, needs somebody twice, is away once, and refuses every other event.
struct Troubled {
    begin: watch::Receiver<bool>,
    answers: Mutex<Vec<NotReady>>,
    is_away: Mutex<bool>,
}

impl Destination for Troubled {
    fn name(&self) -> &str {
        "troubled"
    }

    fn prepare<'d>(&'d self, _: &'d Source) -> BoxFuture<'d, Result<(), NotReady>> {
        Box::pin(async {
            self.begin.clone().wait_for(|begin| *begin).await.unwrap();
            self.answers.lock().unwrap().pop().map_or(Ok(()), Err)
        })
    }

    fn deliver<'d>(&'d self, batch: &'d [Sequenced]) -> BoxFuture<'d, Vec<Delivery>> {
        let is_away = std::mem::take(&mut *self.is_away.lock().unwrap());
        let answer = |event: &Sequenced| match (is_away, event.seq.0.is_multiple_of(2)) {
            (true, _) => Delivery::Retry { reason: "on leave".to_owned() },
            (false, true) => Delivery::Rejected { reason: "an even number".to_owned() },
            (false, false) => Delivery::Stored,
        };
        let answers = batch.iter().map(answer).collect();
        Box::pin(async { answers })
    }

    fn batches(&self) -> Batches {
        Batches::default()
    }
}

/// One test, as there is one subscriber for a program.
#[test]
fn whoever_records_what_is_logged_neither_blocks_nor_loses_anything() {
    tracing::subscriber::set_global_default(Noticing).unwrap();
    for (refusal, kind) in [
        (Refusal::NoContext, RefusedKind::NoContext),
        (Refusal::BadDocument, RefusedKind::BadDocument),
        (Refusal::Nested, RefusedKind::BadDocument),
        (Refusal::StoreIsFull, RefusedKind::Storage),
        (Refusal::StoreHangs, RefusedKind::Storage),
        (Refusal::TooManyOpen, RefusedKind::TooManyOpen),
        (Refusal::Stopped, RefusedKind::ShuttingDown),
    ] {
        println!("{refusal:?}");
        within_limit("a refusal that is logged", async move {
            let store = MemoryStore::new();
            let builder = patient(store.clone()).with_limits(|limits| {
                // What is logged by the thread that writes is recorded there: it waits for itself.
                let is_storage = matches!(refusal, Refusal::StoreIsFull | Refusal::StoreHangs);
                limits.opening = if is_storage { Duration::from_millis(250) } else { LIMIT };
                limits.open_operations = if matches!(refusal, Refusal::TooManyOpen) { 1 } else { 100 };
            });
            let manager = builder.build().unwrap();
            *NOTICES.lock().unwrap() = Notices::of(Some(manager.clone()));
            assert_eq!(refusal.happen(&manager, &store).await, kind);
            NOTICES.lock().unwrap().manager = None;
            assert!(manager.shutdown(LIMIT).await, "{:?}", manager.metrics());
            let Notices { recorded, refused, .. } = *NOTICES.lock().unwrap();
            assert!(recorded + refused > 0, "it was told");
            assert!(complete(&store, "nuvlabox.notice") >= recorded);
            let is_recordable = matches!(refusal, Refusal::NoContext | Refusal::BadDocument | Refusal::Nested);
            assert!(recorded > 0 || !is_recordable, "{recorded} recorded, {refused} refused");
        });
    }
    within_limit("trouble of a relay that is logged", async {
        let answers =
            Mutex::new(vec![NotReady::Misconfigured("no topic".to_owned()), NotReady::Later("asleep".to_owned())]);
        let (begin, told) = watch::channel(false);
        let destination = Troubled { begin: told, answers, is_away: Mutex::new(true) };
        let store = MemoryStore::new();
        let builder = patient(store.clone()).relay_to(destination);
        // The destination is ready only after that.
        let manager = builder.with_limits(|limits| limits.relay_start = Duration::ZERO).build().unwrap();
        *NOTICES.lock().unwrap() = Notices::of(Some(manager.clone()));
        begin.send(true).unwrap();
        manager.scope(scope(jane(), reboot(nuvlabox("1")))).await.unwrap();
        // Each dead letter is logged, and what records that makes more events: it goes on until nobody records.
        until("it was told of each trouble, and recorded it", || {
            let Notices { told, recorded, .. } = &*NOTICES.lock().unwrap();
            let troubles = ["asleep", "no topic", "on leave", "an even number"];
            *recorded >= troubles.len() && troubles.iter().all(|trouble| told.contains(trouble))
        })
        .await;
        NOTICES.lock().unwrap().manager = None;
        until("all of it", || manager.relays()[0].behind == 0).await;
        assert_eq!(manager.relays()[0].state, RelayState::Delivering);
        assert!(manager.shutdown(LIMIT).await);
        assert!(complete(&store, "nuvlabox.notice") >= 4);
    });
    within_limit("failures that cannot be logged", async {
        let store = MemoryStore::new();
        let builder = patient(store.clone()).with_limits(|limits| limits.opening = LIMIT);
        let manager = builder.build().unwrap();
        PANICS.store(true, Ordering::SeqCst);
        for fault in [Fault::Full, Fault::Failed, Fault::CommittedButReported] {
            println!("{fault:?}");
            store.faults().fail_append(1, fault);
            let refused = manager.scope(scope(jane(), reboot(nuvlabox("1")))).await.unwrap_err().refusal();
            assert_eq!(refused.kind, RefusedKind::Storage);
            manager.scope(scope(jane(), reboot(nuvlabox("2")))).await.unwrap();
        }
        PANICS.store(false, Ordering::SeqCst);
        assert!(manager.shutdown(LIMIT).await);
        assert_eq!(complete(&store, "nuvlabox.reboot"), 4, "three, and the one that was stored all the same");
    });
}
