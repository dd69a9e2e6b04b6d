//! The threads that search.

use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Condvar, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
};

use events_core::SearchError;
use tokio::sync::oneshot;

use crate::{error::StoreError, lock::lock};

/// How many searches may wait; more are refused at once.
const MOST_WAITING: usize = 1_024;

type Job = Box<dyn FnOnce() + Send>;

/// A bounded queue of searches and the threads that take from it.
#[derive(Debug)]
pub(crate) struct Pool {
    queue: Arc<Queue>,
    threads: Vec<JoinHandle<()>>,
}

#[derive(Default)]
struct Queue {
    jobs: Mutex<Jobs>,
    filled: Condvar,
}

#[derive(Default)]
struct Jobs {
    waiting: VecDeque<Job>,
    closing: bool,
}

impl std::fmt::Debug for Queue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Queue").field("waiting", &lock(&self.jobs).waiting.len()).finish()
    }
}

impl Pool {
    pub(crate) fn start(threads: usize) -> Result<Self, StoreError> {
        let queue = Arc::new(Queue::default());
        let spawn = |index| {
            let queue = Arc::clone(&queue);
            thread::Builder::new().name(format!("events-search-{index}")).spawn(move || queue.work())
        };
        let threads: Result<_, _> = (0..threads).map(spawn).collect();
        Ok(Self { queue, threads: threads.map_err(StoreError::failed)? })
    }

    /// Runs `search` on a thread of the pool. Dropping the future abandons it: `search` is given a flag
    /// that says so.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        search: impl FnOnce(Arc<AtomicBool>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, SearchError> {
        let (answer, answered) = oneshot::channel();
        let abandoned = Abandon(Arc::new(AtomicBool::new(false)));
        let flag = Arc::clone(&abandoned.0);
        let job = Box::new(move || {
            if !flag.load(Ordering::Relaxed) {
                // Nobody may be left to take the answer.
                let _ = answer.send(search(flag));
            }
        });
        {
            let mut jobs = lock(&self.queue.jobs);
            if jobs.closing {
                return Err(StoreError::closed().into());
            }
            if jobs.waiting.len() >= MOST_WAITING {
                return Err(SearchError::unavailable(format!("{MOST_WAITING} searches are waiting: try again later")));
            }
            jobs.waiting.push_back(job);
        }
        self.queue.filled.notify_one();
        match answered.await {
            Ok(result) => Ok(result?),
            Err(_) => Err(SearchError::unavailable("the search ended without an answer: see the log")),
        }
    }
}

/// Tells a search that nobody waits for it.
struct Abandon(Arc<AtomicBool>);

impl Drop for Abandon {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Queue {
    fn work(&self) {
        loop {
            let job = {
                let mut jobs = lock(&self.jobs);
                loop {
                    if let Some(job) = jobs.waiting.pop_front() {
                        break job;
                    }
                    if jobs.closing {
                        return;
                    }
                    jobs = self.filled.wait(jobs).unwrap_or_else(PoisonError::into_inner);
                }
            };
            // A search only reads: nothing that it leaves half done is used again.
            if catch_unwind(AssertUnwindSafe(job)).is_err() {
                tracing::error!("a search panicked");
            }
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        lock(&self.queue.jobs).closing = true;
        self.queue.filled.notify_all();
        let own = thread::current().id();
        // Whoever drops the last handle inside a search is one of the threads.
        self.threads.drain(..).filter(|thread| thread.thread().id() != own).for_each(|thread| drop(thread.join()));
    }
}
