//! When an event counts as stored: with the journal, or with a destination too.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use crate::{
    bookmarks::DeadLetter,
    id::EventId,
    queue::{Item, Ticket},
    receipt::Answer,
};

/// When a handler may run, and a direct event is recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ack {
    /// Once the opening is durable in the journal. Relays deliver it afterwards.
    #[default]
    Journal,
    /// Once the destination of this name has confirmed it, too: what was acknowledged is there although this
    /// machine is lost. While the destination is away, or has not caught up, operations are refused. Closings,
    /// and what is recorded inside an operation, wait for the journal alone.
    Delivered(&'static str),
}

/// Who waits until a destination has confirmed an event.
#[derive(Debug)]
pub(crate) struct Confirmations {
    by: String,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    waiting: HashMap<EventId, Waiting>,
    /// Nothing will be confirmed any more.
    ended: bool,
}

#[derive(Debug)]
struct Waiting {
    since: Instant,
    ticket: Ticket,
}

impl Confirmations {
    /// By the destination of this name.
    pub(crate) fn by(destination: &str) -> Self {
        Self { by: destination.to_owned(), state: Mutex::default() }
    }

    /// Who confirms.
    pub(crate) fn destination(&self) -> &str {
        &self.by
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Said before the journal gets a batch, so that nothing is confirmed before it is known who waits for it.
    pub(crate) fn expect(&self, batch: &[Item]) {
        let mut state = self.lock();
        if state.ended {
            return;
        }
        let awaited = batch.iter().filter(|item| item.ticket.awaits_delivery());
        let waiting = awaited.map(|item| (item.entry.id, Waiting { since: item.since, ticket: item.ticket.clone() }));
        state.waiting.extend(waiting);
    }

    /// The journal has taken the event: the destination answers for it, unless it never will.
    pub(crate) fn stored(&self, item: &Item) {
        if self.lock().ended {
            item.ticket.answer(self.not_confirmed());
        }
    }

    /// The journal has not taken the event, and answers for it.
    pub(crate) fn forget(&self, id: EventId) {
        self.lock().waiting.remove(&id);
    }

    /// The journal has not taken a batch, and answers for it.
    pub(crate) fn forget_all(&self, batch: &[Item]) {
        let mut state = self.lock();
        let awaited = batch.iter().filter(|item| item.ticket.awaits_delivery());
        awaited.for_each(|item| drop(state.waiting.remove(&item.entry.id)));
    }

    /// Takes out those who wait for some events. They are answered when the lock is free: whoever is woken may
    /// hand something over at once.
    fn take(&self, ids: impl Iterator<Item = EventId>) -> Vec<Ticket> {
        let mut state = self.lock();
        ids.filter_map(|id| state.waiting.remove(&id)).map(|waiting| waiting.ticket).collect()
    }

    /// The destination has these.
    pub(crate) fn confirmed(&self, ids: &[EventId]) {
        for ticket in self.take(ids.iter().copied()) {
            ticket.answer(Answer::Stored);
        }
    }

    /// The destination will never have these, which the journal has.
    pub(crate) fn refused(&self, letters: &[DeadLetter]) {
        for letter in letters {
            let reason: Arc<str> = format!("`{}` refused it: {}", self.by, letter.reason).into();
            for ticket in self.take([letter.id].into_iter()) {
                ticket.answer(Answer::Unknown(reason.clone()));
            }
        }
    }

    /// Wakes whoever has waited longer than the limit.
    pub(crate) fn expire(&self, now: Instant, limit: Duration) {
        let overdue: Vec<Ticket> = {
            let mut state = self.lock();
            let is_overdue = |_: &EventId, waiting: &mut Waiting| now.saturating_duration_since(waiting.since) >= limit;
            state.waiting.extract_if(is_overdue).map(|(_, waiting)| waiting.ticket).collect()
        };
        overdue.iter().for_each(Ticket::expire);
    }

    /// Whether somebody waits.
    pub(crate) fn are_awaited(&self) -> bool {
        !self.lock().waiting.is_empty()
    }

    /// Nothing is confirmed any more.
    pub(crate) fn end(&self) {
        let waiting = {
            let mut state = self.lock();
            state.ended = true;
            std::mem::take(&mut state.waiting)
        };
        for waiting in waiting.into_values() {
            waiting.ticket.answer(self.not_confirmed());
        }
    }

    fn not_confirmed(&self) -> Answer {
        Answer::Unknown(format!("the event manager stopped before `{}` confirmed it", self.by).into())
    }
}
