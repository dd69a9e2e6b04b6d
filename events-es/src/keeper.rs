//! The task that keeps this journal's lease, and watches those of others.

use std::{
    sync::{Arc, mpsc as blocking},
    time::Duration,
};

use events_core::{SearchError, Source};
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinHandle,
    time::{Instant, timeout_at},
};

use crate::{
    handle::Server,
    lease::{self, Kept, Lease},
    open_operations::OpenOperations,
    presence::{Presence, shared_journal},
    request::RequestError,
    sweep::sweep,
    watch::Watch,
};

/// What the task is asked to do.
#[derive(Debug)]
pub(crate) enum Order {
    /// Write the lease now: older openings than it says are about to be sent.
    Publish { done: oneshot::Sender<Result<(), String>> },
    /// Give the lease back, and end.
    Release { done: blocking::Sender<()> },
}

pub(crate) struct Keeper {
    server: Arc<Server>,
    presence: Arc<Presence>,
    source: Source,
    /// The lease as this process wrote it, or would again.
    held: Kept,
    /// A living process that had the lease before this one, and since when it has given no other sign.
    yielded_to: Option<Yielded>,
    watch: Watch,
    lease: Duration,
    sweep: Option<JoinHandle<()>>,
    search: Option<JoinHandle<()>>,
}

struct Yielded {
    kept: Kept,
    since: Instant,
}

impl Keeper {
    pub(crate) fn new(server: Arc<Server>, presence: Arc<Presence>, source: Source, held: Kept) -> Self {
        let lease = source.lease().max(lease::SHORTEST);
        let watch = Watch::new(held.lease.journal.clone(), lease);
        Self { server, presence, source, held, yielded_to: None, watch, lease, sweep: None, search: None }
    }

    /// Writes the lease three times while it holds, and reads those of others; more often while something
    /// does not work.
    pub(crate) async fn run(mut self, mut orders: mpsc::Receiver<Order>) {
        let mut next = Instant::now();
        loop {
            match timeout_at(next, orders.recv()).await {
                Ok(Some(Order::Publish { done })) => {
                    let written = self.renew().await.map_err(|error| error.to_string());
                    // Nobody may be waiting any more.
                    let _ = done.send(written);
                }
                Ok(Some(Order::Release { done })) => {
                    self.release().await;
                    let _ = done.send(());
                    return;
                }
                Ok(None) => return,
                Err(_elapsed) => {
                    let round = self.round().await;
                    let pause = if round.is_ok() { self.lease / 3 } else { self.lease / 10 };
                    next = Instant::now() + pause;
                }
            }
        }
    }

    async fn round(&mut self) -> Result<(), ()> {
        let round = async {
            self.renew().await?;
            self.observe().await
        };
        if let Err(error) = round.await {
            self.watch.failed();
            tracing::warn!(%error, "the lease of this journal cannot be kept: others may take this process for gone");
            return Err(());
        }
        self.find_open();
        Ok(())
    }

    /// Writes the lease, or finds out who did in between.
    async fn renew(&mut self) -> Result<(), RequestError> {
        if self.yielded_to.is_some() {
            return self.look_at_the_other().await;
        }
        let open_from = self.presence.open().next();
        let counter = self.held.lease.counter.wrapping_add(1);
        let lease = Lease { counter, open_from, ..self.held.lease.clone() };
        match lease::write(&self.server, lease, Some(&self.held)).await? {
            Some(held) => {
                self.held = held;
                self.presence.open().published(open_from);
                Ok(())
            }
            None => self.reconcile().await,
        }
    }

    /// Somebody else wrote the lease, or removed it; or this process did, and was not told.
    async fn reconcile(&mut self) -> Result<(), RequestError> {
        let own = self.held.lease.holder.clone();
        let again = || RequestError::Unreadable("another process wrote the lease just now".to_owned());
        match lease::read(&self.server, &self.held.lease.journal, self.lease).await? {
            None => {
                let lease = self.held.lease.clone();
                self.held = lease::write(&self.server, lease, None).await?.ok_or_else(again)?;
                tracing::warn!("{own} was silent for so long that others took it for gone and closed what it had open");
                Err(again())
            }
            Some(there) if there.lease.holder.process == own.process => {
                self.held = there;
                Err(again())
            }
            Some(there) if there.lease.contested_by.as_ref().is_some_and(|by| by.process == own.process) => {
                self.yield_to(there);
                Ok(())
            }
            Some(there) => {
                // This process had it before, and lives: the later one is told so.
                tracing::error!("{}", shared_journal(&there.lease.holder, &own));
                let counter = there.lease.counter.wrapping_add(1);
                let later = Some(there.lease.holder.clone());
                let lease = Lease { counter, contested_by: later, ..self.held.lease.clone() };
                self.held = lease::write(&self.server, lease, Some(&there)).await?.ok_or_else(again)?;
                Ok(())
            }
        }
    }

    fn yield_to(&mut self, there: Kept) {
        self.presence.contested(&self.held.lease.holder, &there.lease.holder);
        self.yielded_to = Some(Yielded { kept: there, since: Instant::now() });
    }

    /// Takes the lease again once the other process is gone.
    async fn look_at_the_other(&mut self) -> Result<(), RequestError> {
        let there = lease::read(&self.server, &self.held.lease.journal, self.lease).await?;
        let Some(yielded) = &mut self.yielded_to else { return Ok(()) };
        let now = Instant::now();
        let holds = |there: &Kept| self.lease.max(Duration::from_millis(there.lease.lease_ms));
        match &there {
            Some(there) if there.lease.counter != yielded.kept.lease.counter && !there.lease.released => {
                *yielded = Yielded { kept: there.clone(), since: now };
                return Ok(());
            }
            Some(there) if !there.lease.released && now - yielded.since <= holds(there) => return Ok(()),
            _ => {}
        }
        let own = self.held.lease.clone();
        let lease = match &there {
            Some(there) => there.lease.clone().taken_over(own.holder, own.place, own.lease_ms),
            None => own,
        };
        if let Some(held) = lease::write(&self.server, lease, there.as_ref()).await? {
            self.presence.open().begin(held.lease.open_from);
            self.held = held;
            self.yielded_to = None;
            self.presence.uncontested();
        }
        Ok(())
    }

    /// Reads the leases of others, and closes what those left open that are gone.
    async fn observe(&mut self) -> Result<(), RequestError> {
        let asked = std::time::Instant::now();
        let leases = lease::read_all(&self.server, self.lease).await?;
        let dead = self.watch.read(asked, std::time::Instant::now(), &leases);
        if dead.is_empty() || self.sweep.as_ref().is_some_and(|sweep| !sweep.is_finished()) {
            return Ok(());
        }
        let (server, source) = (self.server.clone(), self.source.clone());
        // Beside this task: keeping the lease must not wait for it.
        self.sweep = Some(tokio::spawn(async move {
            for lease in dead {
                sweep(server.clone(), source.clone(), lease).await;
            }
        }));
        Ok(())
    }

    /// Looks for what earlier processes of this journal left open on the server, until all is known.
    fn find_open(&mut self) {
        let is_running = self.search.as_ref().is_some_and(|search| !search.is_finished());
        if is_running || self.yielded_to.is_some() || !self.presence.open().looks_for_more() {
            return;
        }
        let (server, presence, lease) = (self.server.clone(), self.presence.clone(), self.held.lease.clone());
        self.search = Some(tokio::spawn(async move {
            if let Err(error) = found_open(&server, &presence, &lease).await {
                tracing::debug!(%error, "what earlier processes left open is not known yet");
            }
        }));
    }

    fn end_tasks(&mut self) {
        for task in [self.sweep.take(), self.search.take()].into_iter().flatten() {
            task.abort();
        }
    }

    /// Says that this process has ended as it should. What it left open, deferred operations, others close
    /// when it is overdue.
    async fn release(&mut self) {
        self.end_tasks();
        if self.yielded_to.is_some() {
            return;
        }
        let (open_from, is_empty) = {
            let mut open = self.presence.open();
            (open.next(), open.is_empty())
        };
        let released = if is_empty {
            lease::remove(&self.server, &self.held).await
        } else {
            let counter = self.held.lease.counter.wrapping_add(1);
            let lease = Lease { counter, open_from, released: true, ..self.held.lease.clone() };
            lease::write(&self.server, lease, Some(&self.held)).await.map(drop)
        };
        if let Err(error) = released {
            tracing::warn!(%error, "the lease of this journal could not be given back");
        }
    }
}

async fn found_open(server: &Server, presence: &Presence, lease: &Lease) -> Result<(), SearchError> {
    let mut open = OpenOperations::of(server, &lease.processes, lease.open_from).await?;
    while let Some(openings) = open.next(server).await? {
        let mut there = presence.open();
        openings.into_iter().for_each(|(id, _)| there.found(id));
    }
    presence.open().all_found();
    Ok(())
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.end_tasks();
    }
}
