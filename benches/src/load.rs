//! Closed-loop load: so many writers, each doing one operation after the other.

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use events::{Clock, Event, EventId, EventManager, SystemClock};
use tokio::runtime::Runtime;

use crate::{
    Result,
    fleet::{Draw, Draws},
    floor::Floor,
    statistics::Durations,
    table::Table,
};

/// One writer: makes and stores the two events of an operation, one after the other.
pub(crate) trait Writer: Send + 'static {
    /// What of an operation is timed: the acknowledgement of each event, or all of it.
    type Took: IntoIterator<Item = Duration> + Send;

    /// How long it took; none when the store refused.
    fn operation(&mut self) -> impl Future<Output = Option<Self::Took>> + Send;
}

/// What came out of a run.
#[derive(Debug)]
pub(crate) struct Run {
    /// What was timed, a second: durable events where it was each of them.
    pub(crate) rate: f64,
    /// How long each took.
    pub(crate) acknowledged: Durations,
}

/// A runtime of as many threads as there are cores, for both sides of every pair.
pub(crate) fn runtime() -> Result<Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}

/// Lets `writers` writers work for a while.
pub(crate) fn closed_loop<W: Writer>(
    runtime: &Runtime,
    writers: usize,
    duration: Duration,
    writer: impl Fn(u64) -> W,
) -> Result<Run> {
    let stopped = Arc::new(AtomicBool::new(false));
    let begun = Instant::now();
    let tasks: Vec<_> = (0..writers)
        .map(|number| {
            let (mut writer, stopped) = (writer(number as u64), stopped.clone());
            runtime.spawn(async move {
                let mut acknowledged = Durations::default();
                while !stopped.load(Ordering::Relaxed) {
                    match writer.operation().await {
                        Some(took) => took.into_iter().for_each(|one| acknowledged.push(one)),
                        None => return Err("the store refused an operation: see the log"),
                    }
                }
                Ok(acknowledged)
            })
        })
        .collect();
    let acknowledged = runtime.block_on(async {
        tokio::time::sleep(duration).await;
        stopped.store(true, Ordering::Relaxed);
        let mut all = Durations::default();
        for task in tasks {
            all.append(task.await??);
        }
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(all)
    })?;
    let took = begun.elapsed();
    Ok(Run { rate: acknowledged.len() as f64 / took.as_secs_f64(), acknowledged })
}

/// Calls the annotated handler.
pub(crate) struct Recording {
    manager: EventManager,
    draws: Draws,
}

impl Recording {
    pub(crate) fn new(manager: &EventManager, number: u64) -> Self {
        Self { manager: manager.clone(), draws: Draws::new(number + 1) }
    }
}

impl Writer for Recording {
    type Took = [Duration; 2];

    async fn operation(&mut self) -> Option<[Duration; 2]> {
        let draw: Draw = self.draws.draw();
        self.manager.scope(draw.perform()).await.ok()
    }
}

/// Does what a server does that has no events crate: builds each event from its parts, writes it with
/// `serde_json`, hands the bytes to the floor and waits.
pub(crate) struct ToFloor {
    pub(crate) floor: Arc<Floor>,
    pub(crate) events: Arc<Vec<[Event; 2]>>,
    pub(crate) draws: Draws,
}

impl Writer for ToFloor {
    type Took = [Duration; 2];

    async fn operation(&mut self) -> Option<[Duration; 2]> {
        let pair = &self.events[self.draws.below(self.events.len() as u64) as usize];
        let id =
            EventId::from_u128(u128::from(self.draws.below(u64::MAX)) << 64 | u128::from(self.draws.below(u64::MAX)));
        let mut took = [Duration::ZERO; 2];
        for (event, took) in pair.iter().zip(&mut took) {
            let begun = Instant::now();
            let now = SystemClock.now();
            let parent = event.parent.map(|_| id.opening());
            let id = if event.phase.closes() { id.closing() } else { id.opening() };
            let event = Event { id, parent, root: Some(id.opening()), timestamp: now, created: now, ..event.clone() };
            let document = serde_json::to_vec(&event).ok()?;
            if !self.floor.append(document).await {
                return None;
            }
            *took = begun.elapsed();
        }
        Some(took)
    }
}

/// Writes the same documents into an ordinary table.
pub(crate) struct ToTable {
    pub(crate) table: Arc<Table>,
    pub(crate) events: Arc<Vec<[Event; 2]>>,
    pub(crate) draws: Draws,
}

impl Writer for ToTable {
    type Took = [Duration; 2];

    async fn operation(&mut self) -> Option<[Duration; 2]> {
        let pair = &self.events[self.draws.below(self.events.len() as u64) as usize];
        let mut took = [Duration::ZERO; 2];
        for (event, took) in pair.iter().zip(&mut took) {
            let begun = Instant::now();
            if !self.table.insert(event.clone()).await {
                return None;
            }
            *took = begun.elapsed();
        }
        Some(took)
    }
}
