//! This process among those that deliver to the same server: its claim to its journal's lease, and what
//! has to be so before events are sent.

use std::{
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
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
    setup::not_ready,
};

/// Shared by deliveries and by the task that keeps the lease.
#[derive(Debug, Default)]
pub(crate) struct Presence {
    open: Mutex<OpenThere>,
    claim: Mutex<Claim>,
    /// The manager, once the lease is taken.
    source: OnceLock<Source>,
}

#[derive(Debug, Default)]
enum Claim {
    /// Nobody said which journal it is: there is no manager.
    #[default]
    None,
    /// Another process had it, elsewhere; whether that one lives is to be seen.
    Waiting(Sighting),
    /// Ours.
    Held { keeper: mpsc::Sender<Order> },
    /// Another process that lives had it before.
    Contested { keeper: mpsc::Sender<Order>, why: String },
}

#[derive(Clone, Debug)]
struct Sighting {
    counter: u64,
    process: String,
    since: Instant,
    /// Whether it was seen to change.
    lives: bool,
}

/// The task takes what it is told at once, or is busy with one request.
const ORDERS: usize = 16;

/// Longest wait for the last word about the lease.
const LAST_WORD: Duration = Duration::from_secs(1);

impl Presence {
    pub(crate) fn open(&self) -> MutexGuard<'_, OpenThere> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn claim(&self) -> MutexGuard<'_, Claim> {
        self.claim.lock().unwrap_or_else(PoisonError::into_inner)
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
        if matches!(*self.claim(), Claim::Held { .. } | Claim::Contested { .. }) {
            return Ok(());
        }
        let journal = source.journal().await.map_err(|error| NotReady::Later(error.to_string()))?;
        let Some(journal) = journal else { return Err(NotReady::Later("the manager has ended".to_owned())) };
        lease::prepare(server).await.map_err(not_ready)?;
        let before = lease::read(server, &journal.id).await.map_err(not_ready)?;
        let (own, lease_ms) = (Holder::here(source.process().to_string()), millis(source.lease()));
        if let Some(kept) = &before
            && !kept.lease.released
            && kept.lease.place != journal.place
            && kept.lease.holder.process != own.process
        {
            self.wait_for_a_sign(&own, kept, source.lease())?;
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
        self.source.get_or_init(|| source.clone());
        let (keeper, orders) = mpsc::channel(ORDERS);
        *self.claim() = Claim::Held { keeper };
        tokio::spawn(Keeper::new(server.clone(), self.clone(), source.clone(), held).run(orders));
        Ok(())
    }

    /// Fine when the other process gave no sign of life for as long as its lease holds.
    fn wait_for_a_sign(&self, own: &Holder, kept: &Kept, lease: Duration) -> Result<(), NotReady> {
        let holds = lease.max(Duration::from_millis(kept.lease.lease_ms));
        let (counter, process) = (kept.lease.counter, &kept.lease.holder.process);
        let now = Instant::now();
        let mut claim = self.claim();
        let before = match &*claim {
            Claim::Waiting(sighting) if sighting.process == *process => Some(sighting.clone()),
            _ => None,
        };
        let changed = before.as_ref().is_some_and(|before| before.counter != counter);
        let sighting = match before {
            Some(before) if !changed => before,
            before => Sighting {
                counter,
                process: process.clone(),
                since: now,
                lives: changed || before.is_some_and(|before| before.lives),
            },
        };
        let (since, lives) = (sighting.since, sighting.lives);
        *claim = Claim::Waiting(sighting);
        if now.duration_since(since) > holds {
            Ok(())
        } else if lives {
            Err(NotReady::Misconfigured(shared_journal(own, &kept.lease.holder)))
        } else {
            Err(NotReady::Later(format!(
                "the journal of {own} was copied or moved from where {} recorded in it: whether that one is still alive \
                 shows within {holds:?}",
                kept.lease.holder
            )))
        }
    }

    /// Waits until a batch may be sent: its openings are within what the lease says.
    ///
    /// # Errors
    /// Not now, and why.
    pub(crate) async fn may_send(&self, batch: &[Sequenced], written: &Written) -> Result<(), String> {
        let keeper = match &*self.claim() {
            Claim::None => return Ok(()),
            Claim::Held { keeper } => keeper.clone(),
            Claim::Contested { why, .. } => return Err(why.clone()),
            Claim::Waiting(_) => return Err("the lease of the journal is not taken yet".to_owned()),
        };
        let openings = written.sent.iter().filter(|sent| sent.role == Role::Opening);
        let mut covered = self.open().sending(openings.map(|sent| batch[sent.place].id));
        while !covered {
            let (done, published) = oneshot::channel();
            let ended = || "the task that keeps the lease has ended".to_owned();
            keeper.send(Order::Publish { done }).await.map_err(|_| ended())?;
            published.await.map_err(|_| ended())??;
            covered = self.open().all_covered();
        }
        Ok(())
    }

    /// Notes what became of a batch. An ending that comes after others took this process for gone is not lost.
    pub(crate) fn sent(&self, batch: &[Sequenced], written: &Written, outcomes: &[Outcome]) {
        let mut open = self.open();
        for Sent { place, role } in &written.sent {
            let id = batch[*place].id;
            match (role, &outcomes[*place]) {
                (Role::Closing, Outcome::Stored | Outcome::AlreadyThere) => open.closed(id.opening()),
                (Role::Closing, Outcome::Taken(stored)) => {
                    open.closed(id.opening());
                    if let Some(source) = self.source.get() {
                        source.record_late_ending(&batch[*place].document, stored);
                    }
                }
                (Role::Opening, Outcome::Taken(_) | Outcome::Rejected(_)) => open.closed(id),
                _ => {}
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
        let keeper = match std::mem::take(&mut *self.claim()) {
            Claim::Held { keeper } | Claim::Contested { keeper, .. } => keeper,
            Claim::None | Claim::Waiting(_) => return,
        };
        let (done, released) = std::sync::mpsc::channel();
        if keeper.try_send(Order::Release { done }).is_ok() && released.recv_timeout(LAST_WORD).is_err() {
            tracing::warn!("the lease of this journal could not be given back: others wait until it has run out");
        }
    }
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
