//! What became of the messages under way, as librdkafka reports it.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use events_core::EventId;
use tokio::sync::Notify;

use crate::landmarks::Offsets;

/// The messages of one producer, until somebody is told what became of them.
///
/// A message outlives the delivery that sent it: one that was cancelled, or has waited long enough, leaves it
/// under way. The next delivery of the same event finds it here and does not send it again, so within one
/// life of the producer an event is sent once; whatever is delivered between them, such as dead letters.
#[derive(Debug, Default)]
pub(crate) struct Reports {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug, Default)]
pub(crate) struct State {
    /// None of a message under way, or the outcome that nobody has been told.
    outcomes: HashMap<EventId, Option<Outcome>>,
    under_way: usize,
    failing: bool,
    /// What the client complained about since a message was stored.
    trouble: Option<String>,
    /// Behind the last message that was stored, in each partition, since somebody asked.
    offsets: Offsets,
}

/// What became of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It is on all in-sync replicas.
    Stored,
    /// It will never be: the broker refuses it, or it is no event.
    Refused(String),
    /// The broker refuses the set that it was in; perhaps for the sake of others.
    Suspect(String),
    /// The client has not taken it.
    Unsent(String),
    /// It is not confirmed, and may be there or not.
    Failed(String),
}

impl State {
    /// Whether nothing is under way.
    pub(crate) fn is_settled(&self) -> bool {
        self.under_way == 0
    }

    /// Whether a message failed, or the producer with all of them.
    pub(crate) fn is_failing(&self) -> bool {
        self.failing
    }
}

impl Reports {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a message is under way, or has ended and nobody has been told.
    pub(crate) fn knows(&self, id: EventId) -> bool {
        self.state().outcomes.contains_key(&id)
    }

    /// A message is about to be sent.
    pub(crate) fn begin(&self, id: EventId) {
        let mut state = self.state();
        if state.outcomes.insert(id, None).is_none() {
            state.under_way += 1;
        }
    }

    /// A message was not sent after all, and nothing is known of it.
    pub(crate) fn withdraw(&self, id: EventId) {
        let mut state = self.state();
        if state.outcomes.remove(&id) == Some(None) {
            state.under_way -= 1;
        }
    }

    /// A message is stored, in this place.
    pub(crate) fn stored(&self, id: EventId, partition: i32, offset: i64) {
        // Unknown of a message that the broker had taken before.
        if offset >= 0 {
            self.state().offsets.insert(partition, offset + 1);
        }
        self.end(id, Outcome::Stored);
    }

    /// Behind the last message that was stored, in each partition, since this was asked last.
    pub(crate) fn take_offsets(&self) -> Offsets {
        std::mem::take(&mut self.state().offsets)
    }

    /// A message has ended.
    pub(crate) fn end(&self, id: EventId, outcome: Outcome) {
        let mut state = self.state();
        let Some(known @ None) = state.outcomes.get_mut(&id) else { return };
        let failed = matches!(outcome, Outcome::Suspect(_) | Outcome::Unsent(_) | Outcome::Failed(_));
        let stored = outcome == Outcome::Stored;
        *known = Some(outcome);
        state.under_way -= 1;
        state.failing |= failed;
        if stored {
            state.trouble = None;
        }
        if state.is_settled() || failed {
            self.changed.notify_waiters();
        }
    }

    /// Something is no message, and will not be sent.
    pub(crate) fn end_at_once(&self, id: EventId, outcome: Outcome) {
        self.begin(id);
        self.end(id, outcome);
    }

    /// Whether a message failed, or the producer with all of them.
    pub(crate) fn is_failing(&self) -> bool {
        self.state().is_failing()
    }

    /// Whether there is a message that the broker has taken, or may have taken, and nobody has been told.
    pub(crate) fn leaves_some(&self) -> bool {
        let may_be_there =
            |outcome: &Option<Outcome>| matches!(outcome, None | Some(Outcome::Stored | Outcome::Failed(_)));
        self.state().outcomes.values().any(may_be_there)
    }

    /// The producer is of no use any more.
    pub(crate) fn fail(&self) {
        self.state().failing = true;
        self.changed.notify_waiters();
    }

    /// The client complains.
    pub(crate) fn complain(&self, trouble: String) {
        self.state().trouble = Some(trouble);
    }

    /// What the client complained about since a message was stored.
    pub(crate) fn trouble(&self) -> Option<String> {
        self.state().trouble.clone()
    }

    /// Waits until the state is as wanted. Cancel-safe.
    pub(crate) async fn until(&self, reached: impl Fn(&State) -> bool) {
        loop {
            // Made first, so that no change is missed.
            let changed = self.changed.notified();
            if reached(&self.state()) {
                return;
            }
            changed.await;
        }
    }

    /// What became of these, one by one; none of a message under way, and of one that was not sent.
    pub(crate) fn tell(&self, ids: impl Iterator<Item = EventId> + Clone) -> Vec<Option<Outcome>> {
        let mut state = self.state();
        let told = ids.clone().map(|id| state.outcomes.get(&id).cloned().flatten()).collect();
        for id in ids {
            if state.outcomes.get(&id).is_some_and(Option::is_some) {
                state.outcomes.remove(&id);
            }
        }
        told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_leaves_what_the_broker_may_have_taken_and_nobody_was_told() {
        let (reports, id) = (Reports::default(), EventId::from_u128(2));
        reports.begin(id);
        assert!(reports.leaves_some(), "it is under way");
        let why = || "why".to_owned();
        let outcomes = [
            (Outcome::Stored, true),
            (Outcome::Failed(why()), true),
            (Outcome::Unsent(why()), false),
            (Outcome::Suspect(why()), false),
            (Outcome::Refused(why()), false),
        ];
        for (outcome, left) in outcomes {
            reports.begin(id);
            reports.end(id, outcome.clone());
            assert_eq!(reports.leaves_some(), left, "{outcome:?}, untold");
            assert_eq!(reports.tell([id].into_iter()), [Some(outcome)]);
            assert!(!reports.leaves_some(), "it was told");
        }
    }
}
