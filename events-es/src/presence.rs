//! This process among those that deliver to the same server: its claim to its journal's lease, and what
//! has to be so before events are sent.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use events_core::{EventId, NotReady, Sequenced, Source};
use tokio::sync::{mpsc, oneshot};

use crate::{
    bulk::{Role, Sent, Written},
    deliver::Outcome,
    handle::Server,
    keeper::{Keeper, Order},
    lease::{self, Holder, Kept, Lease},
    open_there::OpenThere,
    request::RequestError,
    setup::not_ready,
    sign_of_life::{Sighting, Sign},
};

/// Shared by deliveries and by the task that keeps the lease.
#[derive(Debug, Default)]
pub(crate) struct Presence {
    open: Mutex<OpenThere>,
    claim: Mutex<Claim>,
    /// What was seen of the process that had the lease before.
    before: Mutex<Option<Sighting>>,
    /// The manager that delivers here; none before it took the lease, and after it has ended.
    source: Mutex<Option<Source>>,
}

#[derive(Debug, Default)]
enum Claim {
    /// Nobody said which journal it is: there is no manager.
    #[default]
    None,
    /// Another process had it, elsewhere; whether that one lives is to be seen.
    Waiting,
    /// Ours.
    Held { keeper: mpsc::Sender<Order> },
    /// Another process that lives had it before.
    Contested { keeper: mpsc::Sender<Order>, why: String },
}

/// The task takes what it is told at once, or is busy with one request.
const ORDERS: usize = 16;

const SERVES: &str = "another manager of this program delivers through this connection: connect anew for each manager";

/// Longest wait for the last word about the lease.
const LAST_WORD: Duration = Duration::from_secs(1);

impl Presence {
    pub(crate) fn open(&self) -> MutexGuard<'_, OpenThere> {
        lock(&self.open)
    }

    fn source(&self) -> MutexGuard<'_, Option<Source>> {
        lock(&self.source)
    }

    fn claim(&self) -> MutexGuard<'_, Claim> {
        lock(&self.claim)
    }

    /// Takes the lease of this process's journal, and starts the task that keeps it.
    ///
    /// A journal that is where it was when the lease was written is locked by this process, so whoever held
    /// the lease is gone. One that was copied or moved may be that of a living process: its lease is watched
    /// for as long as it holds.
    ///
    /// # Errors
    /// Not yet, or the journal is that of another process that lives.
    pub(crate) async fn take(self: &Arc<Self>, server: &Arc<Server>, source: &Source) -> Result<(), NotReady> {
        if let Some(served) = &*self.source() {
            return if served.process() == source.process() {
                Ok(())
            } else {
                Err(NotReady::Misconfigured(SERVES.to_owned()))
            };
        }
        let journal = source.journal().await.map_err(|error| NotReady::Later(error.to_string()))?;
        let Some(journal) = journal else { return Err(NotReady::Later("the manager has ended".to_owned())) };
        let (own, lease_ms) = (Holder::here(source.process().to_string()), millis(source.lease()));
        let before = match self.read(server, &journal.id, source.lease()).await {
            Ok(before) => before,
            Err(error) => {
                // Nobody could give a sign.
                *lock(&self.before) = None;
                return Err(not_ready(error));
            }
        };
        if let Some(Kept { lease, .. }) = &before
            && !lease.released
            && lease.place != journal.place
            && lease.holder.process != own.process
        {
            *self.claim() = Claim::Waiting;
            self.wait_for_a_sign(&own, lease, source.lease())?;
        }
        let lease = match &before {
            Some(kept) => kept.lease.clone().taken_over(own, journal.place, lease_ms),
            None => Lease {
                journal: journal.id,
                place: journal.place,
                processes: vec![own.process.clone()],
                holder: own,
                counter: 0,
                open_from: EventId::from_u128(0),
                lease_ms,
                released: false,
                contested_by: None,
            },
        };
        let Some(held) = lease::write(server, lease, before.as_ref()).await.map_err(not_ready)? else {
            return Err(NotReady::Later("another process wrote the lease of this journal just now".to_owned()));
        };
        self.open().begin(held.lease.open_from);
        *self.source() = Some(source.clone());
        let (keeper, orders) = mpsc::channel(ORDERS);
        *self.claim() = Claim::Held { keeper };
        tokio::spawn(Keeper::new(server.clone(), self.clone(), source.clone(), held).run(orders));
        Ok(())
    }

    async fn read(&self, server: &Server, journal: &str, lease: Duration) -> Result<Option<Kept>, RequestError> {
        lease::prepare(server).await?;
        lease::read(server, journal, lease).await
    }

    /// Fine when the other process is gone.
    fn wait_for_a_sign(&self, own: &Holder, lease: &Lease, own_holds: Duration) -> Result<(), NotReady> {
        let holds = own_holds.max(Duration::from_millis(lease.lease_ms));
        match Sighting::look(&mut lock(&self.before), lease, holds, Instant::now()) {
            Sign::Gone => Ok(()),
            Sign::Alive => Err(NotReady::Misconfigured(shared_journal(own, &lease.holder))),
            Sign::None => Err(NotReady::Later(format!(
                "the journal of {own} was copied or moved from where {} recorded in it: whether that one is still alive shows within {holds:?}",
                lease.holder
            ))),
        }
    }

    /// Waits until a batch may be sent: its openings are within what the lease says.
    ///
    /// # Errors
    /// Not now, and why.
    pub(crate) async fn may_send(&self, batch: &[Sequenced], written: &Written) -> Result<(), String> {
        if matches!(*self.claim(), Claim::None) {
            return Ok(());
        }
        let openings = written.sent.iter().filter(|sent| sent.role == Role::Opening);
        let mut covered = self.open().sending(openings.map(|sent| batch[sent.place].id));
        loop {
            let keeper = match &*self.claim() {
                Claim::None => return Ok(()),
                Claim::Held { keeper } => keeper.clone(),
                Claim::Contested { why, .. } => return Err(why.clone()),
                Claim::Waiting => return Err("the lease of the journal is not taken yet".to_owned()),
            };
            if covered {
                return Ok(());
            }
            let (done, published) = oneshot::channel();
            let ended = || "the task that keeps the lease has ended".to_owned();
            keeper.send(Order::Publish { done }).await.map_err(|_| ended())?;
            published.await.map_err(|_| ended())??;
            covered = self.open().all_covered();
        }
    }

    /// Notes what became of a batch. An ending that comes after others took this process for gone is not lost.
    pub(crate) fn sent(&self, batch: &[Sequenced], written: &Written, outcomes: &[Outcome]) {
        let mut known_late = Vec::new();
        {
            let mut open = self.open();
            for Sent { place, role } in &written.sent {
                let id = batch[*place].id;
                match (role, &outcomes[*place]) {
                    (Role::Closing, Outcome::Stored | Outcome::AlreadyThere) => open.closed(id.opening()),
                    (Role::Closing, Outcome::Taken(stored)) => {
                        open.closed(id.opening());
                        known_late.push((&batch[*place].document, stored));
                    }
                    (Role::Opening, Outcome::Taken(_) | Outcome::Rejected(_)) => open.closed(id),
                    _ => {}
                }
            }
        }
        let source = self.source().clone();
        for (ending, stored) in known_late {
            if let Some(source) = &source {
                source.record_late_ending(ending, stored);
            }
        }
    }

    /// Another process that lives had the journal before: nothing more is sent.
    pub(crate) fn contested(&self, own: &Holder, by: &Holder) {
        let mut claim = self.claim();
        if let Claim::Held { keeper } = &*claim {
            let why = shared_journal(own, by);
            tracing::error!("{why}");
            *claim = Claim::Contested { keeper: keeper.clone(), why };
        }
    }

    /// It is gone.
    pub(crate) fn uncontested(&self) {
        let mut claim = self.claim();
        if let Claim::Contested { keeper, .. } = &*claim {
            *claim = Claim::Held { keeper: keeper.clone() };
        }
    }

    /// Gives the lease back. Waits for it, but not long: this blocks.
    pub(crate) fn release(&self) {
        *self.source() = None;
        let keeper = match std::mem::take(&mut *self.claim()) {
            Claim::Held { keeper } | Claim::Contested { keeper, .. } => keeper,
            Claim::None | Claim::Waiting => return,
        };
        let (done, released) = std::sync::mpsc::channel();
        if keeper.try_send(Order::Release { done }).is_ok() && released.recv_timeout(LAST_WORD).is_err() {
            tracing::warn!("the lease of this journal could not be given back: others wait until it has run out");
        }
    }
}

/// What a panic left is a whole value.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) fn shared_journal(own: &Holder, other: &Holder) -> String {
    format!(
        "the journal of {own} is that of {other} too, which lives and delivers to the same Elasticsearch: the folder of \
         one is a copy of the other's. Nothing is delivered from the later one; end one of them, or give it a folder \
         of its own [EVT164]"
    )
}

pub(crate) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
