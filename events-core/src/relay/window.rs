//! The batches between the journal and the destination, and how far what is confirmed reaches without a hole.

use std::{
    collections::VecDeque,
    sync::Arc,
    task::{Context as Task, Poll},
    time::Instant,
};

use super::{attempt::Answers, backoff::Backoff};
use crate::{
    bookmarks::{DeadLetter, Position},
    destination::Delivery,
    id::{EventId, Random},
    journal::{Seq, Sequenced},
    search::BoxFuture,
    timestamp::Timestamp,
};

/// A batch that is not confirmed as a whole, or stands behind one that is not.
pub(super) struct Batch {
    /// What the journal gave, in its order.
    events: Arc<[Sequenced]>,
    /// What the destination still has to take, in that order.
    left: Arc<[Sequenced]>,
    /// What it refused, until that is written down.
    refused: Vec<DeadLetter>,
    stage: Stage,
    /// Whether it was tried.
    tried: bool,
    backoff: Backoff,
}

enum Stage {
    /// Tried from then on.
    Waiting(Instant),
    /// The destination has it.
    UnderWay(BoxFuture<'static, Answers>),
}

/// What an attempt came to.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// These are there.
    pub(super) there: Vec<EventId>,
    /// Why some have to be delivered again.
    pub(super) retry: Option<String>,
}

impl Batch {
    fn new(events: Vec<Sequenced>, now: Instant, backoff: Backoff) -> Self {
        let events: Arc<[Sequenced]> = events.into();
        let left = events.clone();
        Self { events, left, refused: Vec::new(), stage: Stage::Waiting(now), tried: false, backoff }
    }

    fn is_due(&self, now: Instant) -> bool {
        matches!(self.stage, Stage::Waiting(from) if from <= now) && self.first_open().is_some()
    }

    /// The first event that is not confirmed.
    fn first_open(&self) -> Option<Seq> {
        let left = self.left.first().map(|event| event.seq);
        let refused = self.refused.iter().map(|letter| letter.seq).min();
        left.into_iter().chain(refused).min()
    }

    /// What is to be delivered.
    pub(super) fn left(&self) -> &Arc<[Sequenced]> {
        &self.left
    }

    /// What is to be written down.
    pub(super) fn refused(&self) -> &[DeadLetter] {
        &self.refused
    }

    /// It is written down.
    pub(super) fn refused_is_kept(&mut self) {
        self.refused.clear();
    }

    /// Whether it was tried before.
    pub(super) fn is_repeated(&self) -> bool {
        self.tried
    }

    pub(super) fn begin(&mut self, attempt: BoxFuture<'static, Answers>) {
        self.tried = true;
        self.stage = Stage::UnderWay(attempt);
    }

    /// Tries again after a pause.
    pub(super) fn pause(&mut self, now: Instant, random: &mut Random) {
        self.stage = Stage::Waiting(now + self.backoff.pause(random));
    }

    /// The attempt has ended.
    fn answered(&mut self, answers: Answers, refused: Timestamp) -> Outcome {
        let mut outcome = Outcome::default();
        match answers {
            Err(why) => outcome.retry = Some(why),
            Ok(answers) => {
                let mut left = Vec::new();
                for (event, answer) in self.left.iter().zip(answers) {
                    match answer {
                        Delivery::Stored | Delivery::AlreadyThere => outcome.there.push(event.id),
                        Delivery::Retry { reason } => {
                            outcome.retry = Some(reason);
                            left.push(event.clone());
                        }
                        Delivery::Rejected { reason } => {
                            self.refused.push(DeadLetter { seq: event.seq, id: event.id, reason, refused });
                        }
                    }
                }
                if left.len() < self.left.len() {
                    self.backoff.reset();
                    self.left = left.into();
                }
            }
        }
        outcome
    }
}

/// Batches in the order of the journal.
pub(super) struct Window {
    batches: VecDeque<Batch>,
    limit: usize,
    /// Of a batch that was not tried.
    backoff: Backoff,
}

impl Window {
    /// For so many batches, which begin with these pauses.
    pub(super) fn new(limit: usize, backoff: Backoff) -> Self {
        Self { batches: VecDeque::new(), limit, backoff }
    }

    /// Whether another batch may be read. One that is tried again keeps its place: with a limit of one, no
    /// event overtakes an earlier batch.
    pub(super) fn has_room(&self) -> bool {
        self.batches.len() < self.limit
    }

    pub(super) fn push(&mut self, events: Vec<Sequenced>, now: Instant) {
        self.batches.push_back(Batch::new(events, now, self.backoff));
    }

    /// The batches that are to be tried now.
    pub(super) fn due(&mut self, now: Instant) -> impl Iterator<Item = &mut Batch> {
        self.batches.iter_mut().filter(move |batch| batch.is_due(now))
    }

    /// When the next one is to be tried.
    pub(super) fn next_due(&self) -> Option<Instant> {
        let waiting = self.batches.iter().filter(|batch| batch.first_open().is_some());
        waiting.filter_map(|batch| if let Stage::Waiting(from) = batch.stage { Some(from) } else { None }).min()
    }

    /// Ready with the place of a batch whose attempt has ended.
    pub(super) fn poll(&mut self, task: &mut Task<'_>) -> Poll<(usize, Answers)> {
        for (place, batch) in self.batches.iter_mut().enumerate() {
            let Stage::UnderWay(attempt) = &mut batch.stage else { continue };
            if let Poll::Ready(answers) = attempt.as_mut().poll(task) {
                return Poll::Ready((place, answers));
            }
        }
        Poll::Pending
    }

    /// Takes the answers for the batch at a place.
    pub(super) fn answered(&mut self, place: usize, answers: Answers, now: Timestamp) -> (&mut Batch, Outcome) {
        let batch = &mut self.batches[place];
        batch.stage = Stage::Waiting(Instant::now());
        let outcome = batch.answered(answers, now);
        (batch, outcome)
    }

    /// Lets go of what is confirmed without a hole. Answers how far that reaches, where it reaches further.
    pub(super) fn advance(&mut self) -> Option<Position> {
        let mut reached = None;
        let position = |event: &Sequenced| Position { through: event.seq, id: event.id };
        while let Some(batch) = self.batches.front() {
            let Some(open) = batch.first_open() else {
                reached = batch.events.last().map(position);
                self.batches.pop_front();
                continue;
            };
            let confirmed = batch.events.iter().take_while(|event| event.seq < open).last();
            return confirmed.map(position).or(reached);
        }
        reached
    }

    /// The first event that is not confirmed.
    pub(super) fn oldest(&self) -> Option<&Sequenced> {
        let batch = self.batches.front()?;
        let open = batch.first_open()?;
        batch.events.iter().find(|event| event.seq >= open)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conformance::Generator;

    /// Any answer to each event, `Stored` for some of them.
    fn any_answers(batch: &Batch, random: &mut Random) -> Answers {
        if random.below(5) == 0 {
            return Err("it panicked".to_owned());
        }
        let answer = |_: &Sequenced| match random.below(6) {
            0 => Delivery::Rejected { reason: "poison".to_owned() },
            1 | 2 => Delivery::Retry { reason: "later".to_owned() },
            3 => Delivery::AlreadyThere,
            _ => Delivery::Stored,
        };
        Ok(batch.left.iter().map(answer).collect())
    }

    #[test]
    fn whatever_is_answered_the_position_stands_before_what_is_not_confirmed_and_comes_to_the_end() {
        let mut random = Random::from_seed(7);
        let now = Timestamp::from_millis(0);
        for in_flight in [1, 2, 5] {
            let mut waiting: VecDeque<Sequenced> = (1..)
                .zip(Generator::new(1).events(200))
                .map(|(seq, entry)| Sequenced { seq: Seq(seq), id: entry.id, document: entry.document })
                .collect();
            let mut window = Window::new(in_flight, Backoff::default());
            let mut open: std::collections::BTreeSet<Seq> = waiting.iter().map(|event| event.seq).collect();
            let mut reached = Seq(0);
            while !open.is_empty() {
                while window.has_room() && !waiting.is_empty() {
                    let events = 1 + random.below(20);
                    window.push(waiting.drain(..events.min(waiting.len())).collect(), Instant::now());
                }
                let place = random.below(window.batches.len());
                let batch = &window.batches[place];
                let answers = any_answers(batch, &mut random);
                let (batch, _) = window.answered(place, answers, now);
                if random.below(3) > 0 {
                    batch.refused_is_kept();
                }
                let not_confirmed: Vec<Seq> = batch
                    .left
                    .iter()
                    .map(|event| event.seq)
                    .chain(batch.refused.iter().map(|letter| letter.seq))
                    .collect();
                let of_batch: Vec<Seq> = batch.events.iter().map(|event| event.seq).collect();
                for seq in of_batch.iter().filter(|seq| !not_confirmed.contains(seq)) {
                    open.remove(seq);
                }
                if let Some(position) = window.advance() {
                    reached = reached.max(position.through);
                }
                let first_open = open.first().copied().unwrap_or(Seq(201));
                assert_eq!(reached.next(), first_open, "{in_flight} in flight");
                assert_eq!(
                    window.oldest().map(|event| event.seq),
                    open.first().filter(|_| !window.batches.is_empty()).copied()
                );
            }
            assert!(window.batches.is_empty() && waiting.is_empty());
        }
    }
}
