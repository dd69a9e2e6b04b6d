//! Setting a manager up: what can be said, what is checked, what is started.

use std::{
    collections::BTreeMap,
    fmt, io,
    sync::{
        Arc, RwLock,
        atomic::{AtomicBool, AtomicUsize},
    },
};

use tokio::sync::Semaphore;

use crate::{
    acknowledgement::Ack,
    clock::{Clock, WallClock},
    declaration::{EventSpec, Registration, ResourceDeclaration},
    destination::Destination,
    directory::ResourceDirectory,
    href::Resource,
    id::{IdGenerator, ProcessId},
    journal::Journal,
    keeper,
    limits::{Limits, MAX_PAYLOAD},
    manager::{EventManager, Shared, decide},
    metrics::Counters,
    opaque::Opaque,
    plan::Plan,
    policy::Policy,
    policy_change,
    queue::Queue,
    registry::{InstallError, Problem, Registry},
    relay::SetUp,
    sweeper,
    tail::Tails,
    thread, writer,
};

/// Sets a manager up. Everything has a default but the journal.
///
/// ```
/// use std::time::Duration;
///
/// use events_core::{EventManager, Policy, memory::MemoryStore};
///
/// # let registry = events_core::Registry::of([]);
/// let manager = EventManager::builder(MemoryStore::new())
/// #   .registry(registry)
///     .policy(Policy::new().off_resource_type("session"))
///     .with_limits(|limits| limits.opening = Duration::from_secs(5))
///     .build()?;
/// assert_eq!(manager.limits().opening, Duration::from_secs(5));
/// # Ok::<(), events_core::InstallError>(())
/// ```
pub struct Builder {
    journal: Arc<dyn Journal>,
    registry: Option<Registry>,
    declared: Vec<Registration>,
    expected: Vec<&'static ResourceDeclaration>,
    directory: Option<Arc<dyn ResourceDirectory>>,
    relaying: SetUp,
    policy: Policy,
    clock: WallClock,
    limits: Limits,
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder").field("limits", &self.limits).finish_non_exhaustive()
    }
}

impl Builder {
    pub(crate) fn new(journal: Arc<dyn Journal>) -> Self {
        Self {
            journal,
            registry: None,
            declared: Vec::new(),
            expected: Vec::new(),
            directory: None,
            relaying: SetUp::default(),
            policy: Policy::new(),
            clock: WallClock::System,
            limits: Limits::default(),
        }
    }

    /// These declarations in place of all that the linked crates made.
    pub fn registry(mut self, registry: Registry) -> Self {
        self.registry = Some(registry);
        self
    }

    /// One declaration more, of a crate whose own do not arrive by themselves: a plugin, a static library.
    pub fn declare(mut self, registration: Registration) -> Self {
        self.declared.push(registration);
        self
    }

    /// The declarations of this resource type must have arrived.
    pub fn expect<R: Resource>(mut self) -> Self {
        self.expected.push(R::DECLARATION);
        self
    }

    /// Where a resource's ACL is found. Without one every resource counts as missing.
    pub fn resources(mut self, directory: impl ResourceDirectory) -> Self {
        self.directory = Some(Arc::new(directory));
        self
    }

    /// Delivers everything that is recorded there, too: in order, at least once, from where it stopped last.
    /// Events that were recorded before it was first named are delivered as well.
    ///
    /// ```
    /// use events_core::{Ack, EventManager, memory::MemoryStore};
    ///
    /// # let registry = events_core::Registry::of([]);
    /// let manager = EventManager::builder(MemoryStore::new())
    /// #   .registry(registry)
    ///     .relay_to(MemoryStore::new()) // its name is `memory`
    ///     .acknowledge(Ack::Delivered("memory"))
    ///     .search_in("memory")
    ///     .build()?;
    /// assert_eq!(manager.relays()[0].name, "memory");
    /// # Ok::<(), events_core::InstallError>(())
    /// ```
    pub fn relay_to(mut self, destination: impl Destination) -> Self {
        self.relaying.destinations.push(Arc::new(destination));
        self
    }

    /// When a handler may run: once its opening is in the journal, which is the default, or once a destination
    /// has confirmed it.
    pub fn acknowledge(mut self, ack: Ack) -> Self {
        self.relaying.acknowledge = ack;
        self
    }

    /// Searches at the destination of this name; by default in the journal's own store. One event by its id is
    /// looked for in the journal's own store first.
    pub fn search_in(mut self, destination: impl Into<String>) -> Self {
        self.relaying.search_in = Some(destination.into());
        self
    }

    /// Which event types are recorded.
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// The wall clock.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = WallClock::given(clock);
        self
    }

    /// All limits at once.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Some limits: `.with_limits(|limits| limits.payload = 1 << 20)`.
    pub fn with_limits(mut self, set: impl FnOnce(&mut Limits)) -> Self {
        set(&mut self.limits);
        self
    }

    /// Builds the manager and makes it that of the whole program.
    ///
    /// # Errors
    /// Everything that is wrong, at once; see [`build`](Builder::build).
    pub fn install(self) -> Result<EventManager, InstallError> {
        // Known before the journal is touched: what is open there may be what the installed manager records.
        let installed = EventManager::installed().map(|_| Problem::AlreadyInstalled);
        let manager = self.build_unless(installed)?;
        manager.install()?;
        Ok(manager)
    }

    /// Builds the manager: checks all declarations, closes what dead processes left open, starts the
    /// threads. It is used where it is scoped, or handed to a layer.
    ///
    /// # Errors
    /// Everything that is wrong, at once: conflicts of declarations with file and line, a policy that
    /// cannot hold, limits that make no sense, declarations that a destination cannot take; then a journal that
    /// cannot be written, destinations that are set up wrongly. One that is away is no error.
    pub fn build(self) -> Result<EventManager, InstallError> {
        self.build_unless(None)
    }

    fn build_unless(self, problem: Option<Problem>) -> Result<EventManager, InstallError> {
        let mut registry = self.registry.unwrap_or_else(Registry::collect);
        self.declared.iter().for_each(|registration| registry.add(*registration));
        policy_change::DECLARED.into_iter().for_each(|registration| registry.add(registration));
        let mut problems: Vec<Problem> = problem.into_iter().chain(registry.problems()).collect();
        for expected in &self.expected {
            let spec = &expected.spec;
            if registry.resource(spec.resource_type).is_none() {
                let (krate, at) = (spec.location.krate, spec.location);
                problems.push(Problem::Missing { resource_type: spec.resource_type, krate, at });
            }
        }
        problems.extend(limit_problems(&self.limits));
        problems.extend(self.relaying.problems(&registry));
        let plan = |spec: &'static EventSpec| Arc::new(Plan::new(spec, registry.resource(spec.resource_type)));
        let originals = registry.events().map(|event| (event, Some(plan(&event.spec)))).collect::<Vec<_>>();
        let copies = registry.copies().map(|copy| {
            let original = originals.iter().find(|(event, _)| event.spec.is_copy_of(&copy.spec));
            (copy, original.and_then(|(_, plan)| plan.clone()))
        });
        let mut plans: Vec<Option<Arc<Plan>>> = Vec::new();
        for (event, plan) in originals.iter().cloned().chain(copies) {
            let index = event.slot.see();
            if plans.len() <= index {
                plans.resize(index + 1, None);
            }
            plans[index] = plan;
        }
        let explicit = self.declared.iter().filter_map(|registration| match registration {
            Registration::Event(event) => Some((event.spec.event_type, plan(&event.spec))),
            _ => None,
        });
        let by_type: BTreeMap<_, _> = explicit.collect();
        for plan in plans.iter().flatten().chain(by_type.values()) {
            match decide(&self.policy, plan, &registry) {
                Ok(decision) => plan.decide(decision),
                Err(error) => problems.push(Problem::Policy(error)),
            }
        }
        if !problems.is_empty() {
            return Err(InstallError { problems });
        }
        let search = self.relaying.search(&*self.journal);
        let (relays, confirmations) = self.relaying.relays();
        let shared = Opaque::new(Shared {
            queue: Queue::default(),
            keeper: Arc::default(),
            sweeper: Arc::default(),
            relays,
            tails: Tails::new(&self.limits),
            confirmations,
            journal: self.journal,
            search,
            payload_room: Arc::new(Semaphore::new(self.limits.waiting_payload)),
            limits: self.limits,
            clock: self.clock,
            ids: IdGenerator::new(),
            process: ProcessId::random(),
            directory: self.directory,
            counters: Counters::default(),
            open_operations: AtomicUsize::new(0),
            shutting_down: AtomicBool::new(false),
            plans,
            by_type,
            policy: RwLock::new(self.policy),
            registry,
        });
        let failed = |error: &dyn fmt::Display| InstallError { problems: vec![Problem::Journal(error.to_string())] };
        sweeper::abandoned(&shared).map_err(|error| failed(&error))?;
        // Dropped where something cannot be started, it ends what was.
        let manager = EventManager::of(shared.clone());
        start(&shared).map_err(|error| failed(&error))?;
        let problems = shared.relays.start(&shared).map_err(|error| failed(&error))?;
        if problems.is_empty() { Ok(manager) } else { Err(InstallError { problems }) }
    }
}

fn start(shared: &Opaque<Shared>) -> io::Result<()> {
    let writing = shared.clone();
    // Nobody is left then to say that it has stopped.
    thread::start("events-writer", move || writer::run(&writing)).inspect_err(|_| shared.queue.finished())?;
    let (weak, keeper) = (shared.downgrade(), shared.keeper.clone());
    thread::start("events-keeper", move || keeper::run(&weak, &keeper))?;
    let (weak, sweeper) = (shared.downgrade(), shared.sweeper.clone());
    let every = shared.limits.sweep;
    thread::start("events-sweeper", move || sweeper::run(&weak, &sweeper, every))
}

fn limit_problems(limits: &Limits) -> Vec<Problem> {
    let wrong = [
        (limits.payload > MAX_PAYLOAD, "the largest payload is 10 MiB at most: lower `limits.payload`"),
        (limits.waiting_payload < limits.payload, "`limits.waiting_payload` must hold at least one payload"),
        (limits.waiting_payload > Semaphore::MAX_PERMITS, "`limits.waiting_payload` is larger than memory can be"),
        (limits.open_operations == 0, "`limits.open_operations` must be at least 1"),
        (limits.batch_events == 0, "`limits.batch_events` must be at least 1"),
        (limits.related_events == 0, "`limits.related_events` must be at least 1"),
        (limits.opening.is_zero(), "`limits.opening` must be longer than nothing"),
        (limits.sweep.is_zero(), "`limits.sweep` must be longer than nothing"),
        (limits.delivery.is_zero(), "`limits.delivery` must be longer than nothing"),
    ];
    wrong.into_iter().filter(|(wrong, _)| *wrong).map(|(_, why)| Problem::Limit(why)).collect()
}
