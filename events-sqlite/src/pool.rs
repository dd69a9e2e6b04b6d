//! The threads that search.
//!
//! A look-up by id takes fractions of a millisecond, so look-ups have a lane and a thread of their own: however much is
//! searched, they wait for each other alone.
//!
//! How long a search takes shows when it runs: every one begins in the lane of the quick ones. One that looks at many
//! events, and for longer than a moment, becomes a long one. Of these fewer run at once than there are threads for
//! searches, so a quick one waits for quick ones, and for the moments in which long ones show that they are. A long one
//! for which no thread is free gives its own back, and is asked again from the start when its turn comes: that costs
//! what it did in a moment.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use events_core::{BoxFuture, SearchError, Viewer};
use tokio::sync::oneshot;

use crate::{
    deadline::{Deadline, Place},
    error::StoreError,
    lane::{Asker, Lane},
    limit::Limit,
    lock::lock,
    thread,
};

/// Where nobody else wants its thread, it may take so long before it gives it back.
const UNDISTURBED: Duration = Duration::from_millis(200);

/// How many searches may wait in a lane.
const MOST_SEARCHES: usize = 1_024;

/// How many look-ups may wait: together they take less time than a search may.
const MOST_LOOK_UPS: usize = 4_096;

/// Bounded lanes of searches and look-ups, and the threads that take from them.
#[derive(Debug)]
pub(crate) struct Pool {
    queue: Arc<Queue>,
    threads: Vec<JoinHandle<()>>,
}

pub(crate) struct Queue {
    state: Mutex<State>,
    /// There is something to search.
    changed: Condvar,
    /// There is something to look up.
    look_up_waits: Condvar,
    /// How many long searches may run at once.
    most_long: usize,
}

struct State {
    look_ups: Lane<Job>,
    quick: Lane<Job>,
    long: Lane<Job>,
    long_running: usize,
    /// When the first of the long ones has waited for too long.
    next_late: Option<Instant>,
    closing: bool,
}

/// A search or look-up that waits, or runs.
struct Job {
    asker: Asker,
    limit: Limit,
    run: Run,
}

/// Runs a search, or answers why it is not done.
type Run = Box<dyn FnMut(Result<&Deadline, Busy>) + Send>;

/// Why a search was not done.
#[derive(Clone, Copy, Debug)]
enum Busy {
    Full,
    Late,
}

impl From<Busy> for SearchError {
    fn from(busy: Busy) -> Self {
        Self::Busy(match busy {
            Busy::Full => "too many are waiting already",
            Busy::Late => "it did not get its turn within half of the time that it may take",
        })
    }
}

impl Pool {
    /// At least two threads search: one of them is always there for what is quick. One more looks up.
    pub(crate) fn start(threads: usize) -> Result<Self, StoreError> {
        let threads = threads.max(2);
        let queue = Arc::new(Queue::new(threads - 1));
        let mut pool = Self { queue, threads: Vec::new() };
        for index in 0..threads {
            pool.spawn(format!("events-search-{index}"), Queue::search)?;
        }
        pool.spawn("events-look-up".to_owned(), Queue::look_up)?;
        Ok(pool)
    }

    /// Where one cannot be started, those before it end with the pool.
    fn spawn(&mut self, name: String, work: fn(&Arc<Queue>)) -> Result<(), StoreError> {
        let queue = Arc::clone(&self.queue);
        let thread = thread::start(name, move || work(&queue))?;
        self.threads.push(thread);
        Ok(())
    }

    /// Runs `search` on a thread of the pool, for at most `within`: that counts from now, and what it waits counts too.
    /// One that is cut has searched for half of that at least; one that waited for longer is refused. It may be run more
    /// than once. Dropping the future abandons it.
    pub(crate) fn run<T: Send + 'static>(
        &self,
        viewer: &Viewer,
        within: Duration,
        search: impl Fn(&Deadline) -> Result<T, StoreError> + Send + 'static,
    ) -> BoxFuture<'static, Result<T, SearchError>> {
        self.ask(Place::Quick, viewer, within, search)
    }

    /// Looks something up, on the thread that does nothing else, unless it has waited for half of `within`. What has begun
    /// is not cut: it is one read, or a few. Who must not wait for a slow disk drops the future, which abandons it.
    pub(crate) fn look_up<T: Send + 'static>(
        &self,
        viewer: &Viewer,
        within: Duration,
        look_up: impl Fn() -> Result<T, StoreError> + Send + 'static,
    ) -> BoxFuture<'static, Result<T, SearchError>> {
        self.ask(Place::LookUp, viewer, within, move |_| look_up())
    }

    fn ask<T: Send + 'static>(
        &self,
        place: Place,
        viewer: &Viewer,
        within: Duration,
        search: impl Fn(&Deadline) -> Result<T, StoreError> + Send + 'static,
    ) -> BoxFuture<'static, Result<T, SearchError>> {
        let (answer, answered) = oneshot::channel();
        let mut answer = Some(answer);
        let run = Box::new(move |turn: Result<&Deadline, Busy>| {
            let result = match turn {
                Ok(deadline) => {
                    let result = search(deadline);
                    if deadline.place() == Place::Left {
                        return;
                    }
                    result.map_err(SearchError::from)
                }
                Err(busy) => Err(busy.into()),
            };
            // Nobody may be left to take the answer. Whoever is there is woken here, and its executor is somebody else's.
            if let Some(answer) = answer.take()
                && catch_unwind(AssertUnwindSafe(|| answer.send(result).is_ok())).is_err()
            {
                tracing::error!("an executor panicked when it was told what a search found");
            }
        });
        let (limit, abandoned) = Limit::from_now(within);
        let is_open = self.queue.add(place, Job { asker: viewer.into(), limit, run });
        Box::pin(async move {
            let _abandoned = abandoned;
            match answered.await {
                Ok(result) => result,
                Err(_) if !is_open => Err(StoreError::closed().into()),
                Err(_) => Err(SearchError::unavailable("the search ended without an answer: see the log")),
            }
        })
    }
}

impl State {
    fn lane(&mut self, place: Place) -> &mut Lane<Job> {
        match place {
            Place::LookUp => &mut self.look_ups,
            Place::Quick => &mut self.quick,
            Place::Long | Place::Left => &mut self.long,
        }
    }

    /// Adds a search; gives it back where too many wait that somebody still wants.
    fn push(&mut self, place: Place, job: Job) -> Result<(), Job> {
        let (asker, begin_by) = (job.asker, job.limit.begin_by());
        let lane = self.lane(place);
        lane.push(asker, job).or_else(|job| {
            lane.take_out(|job| job.limit.is_abandoned());
            lane.push(asker, job)
        })?;
        if place == Place::Long {
            self.next_late = self.next_late.into_iter().chain(begin_by).min();
        }
        Ok(())
    }

    /// Takes out what has waited for too long: it would not be begun any more.
    fn late(&mut self, now: Instant) -> Vec<Job> {
        if self.next_late.is_none_or(|at| now < at) {
            return Vec::new();
        }
        let late = self.long.take_out(|job| job.limit.is_late(now) || job.limit.is_abandoned());
        self.next_late = self.long.iter().filter_map(|job| job.limit.begin_by()).min();
        late
    }
}

/// What a thread does next.
enum Next {
    Begin(Job, Place),
    Refuse(Vec<Job>),
}

impl Queue {
    fn new(most_long: usize) -> Self {
        let state = State {
            look_ups: Lane::with_room_for(MOST_LOOK_UPS),
            quick: Lane::with_room_for(MOST_SEARCHES),
            long: Lane::with_room_for(MOST_SEARCHES),
            long_running: 0,
            next_late: None,
            closing: false,
        };
        Self { state: Mutex::new(state), changed: Condvar::new(), look_up_waits: Condvar::new(), most_long }
    }

    /// Adds a search or look-up, or refuses it. False where the pool is closing.
    fn add(&self, place: Place, job: Job) -> bool {
        let mut state = lock(&self.state);
        if state.closing {
            return false;
        }
        let added = state.push(place, job);
        drop(state);
        match added {
            Ok(()) if place == Place::LookUp => self.look_up_waits.notify_one(),
            Ok(()) => self.changed.notify_one(),
            Err(mut job) => (job.run)(Err(Busy::Full)),
        }
        true
    }

    /// What becomes of a search that has run for so long.
    pub(crate) fn place_after(&self, ran: Duration) -> Place {
        let mut state = lock(&self.state);
        if state.long_running < self.most_long && state.long.is_empty() {
            state.long_running += 1;
            Place::Long
        } else if ran < UNDISTURBED && state.quick.is_empty() {
            Place::Quick
        } else {
            Place::Left
        }
    }

    /// Waits for something to search. None when the pool is closing and nothing is left.
    fn next(&self) -> Option<Next> {
        let mut state = lock(&self.state);
        loop {
            let now = Instant::now();
            let late = state.late(now);
            if !late.is_empty() {
                return Some(Next::Refuse(late));
            }
            if state.long_running < self.most_long
                && let Some(job) = state.long.pop()
            {
                state.long_running += 1;
                return Some(Next::Begin(job, Place::Long));
            }
            if let Some(job) = state.quick.pop() {
                return Some(Next::Begin(job, Place::Quick));
            }
            if state.closing {
                return None;
            }
            state = match state.next_late {
                None => self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(at) => {
                    let wait = at.saturating_duration_since(now);
                    self.changed.wait_timeout(state, wait).unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
    }

    /// Waits for something to look up. None when the pool is closing and nothing is left.
    fn next_look_up(&self) -> Option<Job> {
        let mut state = lock(&self.state);
        loop {
            if let Some(job) = state.look_ups.pop() {
                return Some(job);
            }
            if state.closing {
                return None;
            }
            state = self.look_up_waits.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn look_up(self: &Arc<Self>) {
        while let Some(job) = self.next_look_up() {
            self.begin(job, Place::LookUp);
        }
    }

    fn search(self: &Arc<Self>) {
        while let Some(next) = self.next() {
            match next {
                Next::Begin(job, place) => self.begin(job, place),
                Next::Refuse(jobs) => jobs.into_iter().for_each(|mut job| (job.run)(Err(Busy::Late))),
            }
        }
    }

    fn begin(self: &Arc<Self>, mut job: Job, place: Place) {
        let deadline = Deadline::new(job.limit.clone(), Arc::clone(self), place);
        // A search only reads: nothing that it leaves half done is used again.
        let ran = catch_unwind(AssertUnwindSafe(|| match &job.limit {
            limit if limit.is_abandoned() => {}
            _ if deadline.is_late() => (job.run)(Err(Busy::Late)),
            _ => (job.run)(Ok(&deadline)),
        }));
        let panicked = ran.is_err();
        match deadline.place() {
            Place::LookUp | Place::Quick => {}
            Place::Long => lock(&self.state).long_running -= 1,
            Place::Left if panicked => {}
            Place::Left => {
                let added = lock(&self.state).push(Place::Long, job);
                match added {
                    Ok(()) => self.changed.notify_one(),
                    Err(mut job) => (job.run)(Err(Busy::Full)),
                }
            }
        }
        // What it held is given back before anybody else's code is called, which may panic too.
        if panicked {
            tracing::error!("a search or a look-up panicked");
        }
    }
}

impl std::fmt::Debug for Queue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Queue").field("most_long", &self.most_long).finish_non_exhaustive()
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        lock(&self.queue.state).closing = true;
        self.queue.changed.notify_all();
        self.queue.look_up_waits.notify_all();
        let own = std::thread::current().id();
        // Whoever drops the last handle inside a search is one of the threads.
        self.threads.drain(..).filter(|thread| thread.thread().id() != own).for_each(|thread| drop(thread.join()));
    }
}
