//! The event manager: journal, limits, policy and directory, on threads of its own.

use std::{
    collections::BTreeMap,
    fmt,
    future::{Future, poll_fn},
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use tokio::sync::{Semaphore, oneshot};

use crate::{
    acknowledgement::Confirmations,
    builder::Builder,
    clock::WallClock,
    current::{Change, Scoped, scoped, with_current},
    declaration::EventDeclaration,
    directory::ResourceDirectory,
    id::{IdGenerator, ProcessId},
    journal::{Journal, JournalError},
    keeper::Keeper,
    limits::{Limits, from_now},
    metrics::{Counters, Metrics},
    opaque::Opaque,
    plan::Plan,
    policy::{Decision, Policy, PolicyError},
    queue::{Item, Queue},
    receipt::{Answer, Learned},
    registry::{InstallError, Problem, Registry},
    relay::Relays,
    search::Search,
    sweeper::{self, Sweeper},
    tail::Tails,
    wake::guarded,
};

/// Records operations and direct events in a journal, and finds them again.
///
/// A cheap handle: clones are the same manager. The last one that is dropped stores what is still on its
/// way and stops the threads; [`shutdown`](EventManager::shutdown) does so within a limit and says whether
/// everything is stored.
#[derive(Clone)]
pub struct EventManager(Arc<Handle>);

/// Ends the threads when the last handle is gone.
struct Handle {
    /// None in a manager that records nothing.
    shared: Option<Opaque<Shared>>,
}

/// What the threads and the open operations share.
pub(crate) struct Shared {
    pub(crate) queue: Queue,
    pub(crate) keeper: Arc<Keeper>,
    pub(crate) sweeper: Arc<Sweeper>,
    pub(crate) relays: Relays,
    pub(crate) tails: Tails,
    /// Who waits until a destination has confirmed an event; none where nobody does.
    pub(crate) confirmations: Option<Arc<Confirmations>>,
    pub(crate) journal: Arc<dyn Journal>,
    pub(crate) search: Arc<dyn Search>,
    pub(crate) limits: Limits,
    pub(crate) clock: WallClock,
    pub(crate) ids: IdGenerator,
    pub(crate) process: ProcessId,
    pub(crate) directory: Option<Arc<dyn ResourceDirectory>>,
    pub(crate) counters: Counters,
    pub(crate) open_operations: AtomicUsize,
    pub(crate) payload_room: Arc<Semaphore>,
    pub(crate) shutting_down: AtomicBool,
    /// By the number of the declaration.
    pub(crate) plans: Vec<Option<Arc<Plan>>>,
    /// By event type: for declarations that no registry saw but whose event type was declared explicitly.
    pub(crate) by_type: BTreeMap<&'static str, Arc<Plan>>,
    pub(crate) policy: RwLock<Policy>,
    pub(crate) registry: Registry,
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("process", &self.process).finish_non_exhaustive()
    }
}

impl fmt::Debug for EventManager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let process = self.0.shared.as_ref().map(|shared| shared.process.to_string());
        f.debug_tuple("EventManager").field(&process.as_deref().unwrap_or("disabled")).finish()
    }
}

/// The manager that is installed for the whole program.
static INSTALLED: RwLock<Option<EventManager>> = RwLock::new(None);

impl Shared {
    /// What a policy says of each event type.
    pub(crate) fn decisions(&self, policy: &Policy) -> Result<Vec<(&Plan, Decision)>, PolicyError> {
        let plans = self.plans.iter().flatten().chain(self.by_type.values());
        plans.map(|plan| Ok((&**plan, decide(policy, plan, &self.registry)?))).collect()
    }

    pub(crate) fn registry(&self) -> &Registry {
        &self.registry
    }

    /// What an opening has to be within its limit, and the limit.
    pub(crate) fn acknowledged_in_time(&self) -> String {
        let within = self.limits.opening;
        match &self.confirmations {
            Some(confirmations) => format!("confirmed by `{}` within {within:?}", confirmations.destination()),
            None => format!("stored within {within:?}"),
        }
    }

    /// Hands an event over to the thread that writes, and has its limit watched; false where nobody takes it any more.
    pub(crate) fn hand_over(&self, item: Item) -> bool {
        let taken = self.queue.push(item);
        self.keeper.watch();
        taken
    }

    /// What this manager does about a declaration; none when nobody told it of it.
    pub(crate) fn plan(&self, declaration: &EventDeclaration) -> Option<&Arc<Plan>> {
        let seen = declaration.slot.index().and_then(|index| self.plans.get(index)?.as_ref());
        seen.or_else(|| {
            let plan = self.by_type.get(declaration.spec.event_type)?;
            // Declared explicitly elsewhere, for a crate whose own declaration does not arrive.
            let same = plan.spec.function.is_empty() || plan.spec.location == declaration.spec.location;
            same.then_some(plan)
        })
    }
}

impl EventManager {
    /// A manager that records in `journal`.
    pub fn builder(journal: impl Journal) -> Builder {
        Builder::new(Arc::new(journal))
    }

    /// A manager that records nothing: handlers run as if they were not annotated.
    pub fn disabled() -> Self {
        Self(Arc::new(Handle { shared: None }))
    }

    /// Makes this the manager of the whole program; a scoped one goes before it.
    ///
    /// # Errors
    /// One is installed already.
    pub fn install(&self) -> Result<(), InstallError> {
        let mut installed = INSTALLED.write().unwrap_or_else(PoisonError::into_inner);
        if installed.is_some() {
            return Err(InstallError { problems: vec![Problem::AlreadyInstalled] });
        }
        *installed = Some(self.clone());
        Ok(())
    }

    /// Of what its builder made. Dropped, it ends the threads.
    pub(crate) fn of(shared: Opaque<Shared>) -> Self {
        Self(Arc::new(Handle { shared: Some(shared) }))
    }

    /// The one that is installed.
    pub(crate) fn installed() -> Option<Self> {
        INSTALLED.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The manager here: the one of the innermost [`scope`](EventManager::scope), else the installed one.
    pub fn current() -> Option<Self> {
        with_current(|current| current.manager.clone()).or_else(Self::installed)
    }

    /// Runs a future with this manager: tests in one program each have their own.
    ///
    /// Cancel-safe in as far as `future` is.
    pub fn scope<F: Future>(&self, future: F) -> Scoped<F> {
        scoped(Change::manager(self.clone()), future)
    }

    pub(crate) fn shared(&self) -> Option<&Opaque<Shared>> {
        self.0.shared.as_ref()
    }

    /// Every event type that is recorded, and every resource type.
    pub fn registry(&self) -> Option<&Registry> {
        self.shared().map(|shared| &shared.registry)
    }

    /// The counters.
    pub fn metrics(&self) -> Metrics {
        self.shared().map_or_else(Metrics::default, |shared| {
            let open_operations = shared.open_operations.load(Ordering::Acquire);
            shared.counters.snapshot(open_operations as u64, shared.queue.len() as u64, shared.tails.live() as u64)
        })
    }

    /// The limits in force.
    pub fn limits(&self) -> Limits {
        self.shared().map_or_else(Limits::default, |shared| shared.limits.clone())
    }

    /// Closes operations that are overdue, now instead of with the next round of the sweeper. Answers how many, also
    /// those whose closing the store has not taken yet: it is kept.
    ///
    /// # Errors
    /// The store cannot be read. Cancel-safe: what it has closed stays closed.
    pub async fn sweep(&self) -> Result<u64, JournalError> {
        let Some(shared) = self.shared() else { return Ok(0) };
        let mut swept = 0;
        loop {
            let job = shared.clone();
            let receipts = shared.sweeper.run(move || sweeper::overdue(&job)).await.unwrap_or(Ok(Vec::new()))?;
            let mut goes_on = !receipts.is_empty();
            for receipt in &receipts {
                let learned = poll_fn(|task| receipt.poll(task)).await;
                swept += u64::from(matches!(learned, Learned::Answered(Answer::Stored) | Learned::Overdue));
                goes_on &= matches!(learned, Learned::Answered(Answer::Stored | Answer::Lost(_) | Answer::NoOpening));
            }
            if !goes_on {
                return Ok(swept);
            }
        }
    }

    /// Ends every [tail](Self::tail), and lets none begin. All else goes on.
    ///
    /// It is the first step of stopping a server that waits for its connections: tails over HTTP would stay open until
    /// their clients go. Those go on at the same place after the restart.
    pub fn end_tails(&self) {
        if let Some(shared) = self.shared() {
            shared.tails.close();
        }
    }

    /// Refuses new operations, waits for those that run and until everything is stored and delivered, and stops.
    /// False when `within` was not enough: what is not delivered is on disk, and is delivered after the next start; what
    /// is not stored is lost, and an operation whose closing that is becomes `abandoned` then.
    ///
    /// Cancel-safe; call it again to go on waiting.
    pub async fn shutdown(&self, within: Duration) -> bool {
        let Some(shared) = self.shared().cloned() else { return true };
        let until = from_now(within);
        shared.shutting_down.store(true, Ordering::Release);
        let (sender, drained) = oneshot::channel();
        let job = shared.clone();
        // A thread of its own: operations that are waited for may need the others.
        let waiting = thread::Builder::new().name("events-shutdown".to_owned()).spawn(move || {
            // Nobody may be waiting any more.
            let _ = sender.send(drain(&job, until) & relayed(&job, until) & stopped(&job, until));
        });
        let drained = waiting.is_ok() && guarded(drained).await.unwrap_or(false);
        {
            let mut installed = INSTALLED.write().unwrap_or_else(PoisonError::into_inner);
            if installed.as_ref().is_some_and(|installed| Arc::ptr_eq(&installed.0, &self.0)) {
                *installed = None;
            }
        }
        stop(&shared);
        drained
    }
}

/// Waits until no operation of this process is open and nothing waits for the journal.
fn drain(shared: &Shared, until: Instant) -> bool {
    // An operation that ends hands its closing over before it stops counting as open.
    while shared.open_operations.load(Ordering::Acquire) > 0 {
        if Instant::now() >= until {
            return false;
        }
        thread::sleep(Duration::from_millis(1));
    }
    shared.queue.drained(until)
}

/// Threads get this long to end when the time is up.
const GRACE: Duration = Duration::from_millis(100);

/// Waits until relays have delivered what the journal has, and ends them.
fn relayed(shared: &Shared, until: Instant) -> bool {
    let delivered = shared.relays.delivered(shared.journal.last_seq(), until);
    shared.relays.stop();
    delivered & shared.relays.ended(until.max(Instant::now() + GRACE))
}

/// Stops the thread that writes, and waits until the journal is closed.
fn stopped(shared: &Shared, until: Instant) -> bool {
    shared.queue.close();
    shared.queue.stopped(until.max(Instant::now() + GRACE))
}

fn stop(shared: &Opaque<Shared>) {
    shared.relays.stop();
    shared.queue.close();
    shared.keeper.close();
    shared.sweeper.close();
    shared.tails.close();
}

impl Drop for Handle {
    fn drop(&mut self) {
        let Some(shared) = &self.shared else { return };
        stop(shared);
        // A store that hangs must not hang the program with it.
        if !shared.queue.stopped(from_now(shared.limits.opening)) {
            tracing::error!("the event store still hangs: what it does not take is closed at the next start");
        }
        // They save how far they are; what is left is delivered after the next start.
        if !shared.relays.ended(Instant::now() + GRACE) {
            tracing::warn!("a destination still hangs: what it has is delivered again after the next start");
        }
    }
}

pub(crate) fn decide(policy: &Policy, plan: &Plan, registry: &Registry) -> Result<Decision, PolicyError> {
    let enabled = registry.resource(plan.spec.resource_type).is_none_or(|resource| resource.spec.enabled);
    policy.decide(plan.spec, plan.category.name(), enabled)
}
