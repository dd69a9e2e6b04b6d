//! Which events of a part a filter finds for a viewer, by keys alone where keys suffice.
//!
//! The rule for hidden attributes is that of [`Filter::finds`](events_core::Filter::finds): three-valued. An
//! event is found where the filter is certainly true; one that depends on something hidden is not, and neither
//! is it by the negation. A condition that no key serves is taken for possibly true, and the events it leaves
//! are examined by their documents.
//!
//! What a viewer sees of a part is mostly little, so it comes first, and every condition looks only among the
//! events that are left. However many conditions a filter has, the time limit is asked between them.

use std::sync::Arc;

use events_core::{Attribute, Cursor, EventId, Field, Timestamp, Visibility};

use crate::{
    deadline::Deadline,
    delays::Delays,
    error::StoreError,
    key_hash::KeyHash,
    part::{Part, Stretch},
    positions::Positions,
    question::{Claims, Condition, Leaf, Question, Test},
};

/// What a filter finds in a part.
#[derive(Debug)]
pub(crate) struct Candidates {
    /// Events that are found, all of them.
    pub(crate) positions: Positions,
    /// Whether every one is found; otherwise each has to be examined.
    pub(crate) exact: bool,
}

/// What is found in `part`; none where the time was over before it was known.
pub(crate) fn candidates(
    part: &mut dyn Part,
    question: &Question<'_>,
    deadline: &Deadline,
) -> Result<Option<Candidates>, StoreError> {
    in_time(evaluate(part, question, Visibility::Meta, deadline))
}

/// The same, of those events only of which `by` is not hidden.
pub(crate) fn countable_by(
    part: &mut dyn Part,
    question: &Question<'_>,
    by: &Field,
    deadline: &Deadline,
) -> Result<Option<Candidates>, StoreError> {
    in_time(evaluate(part, question, by.visible_from(), deadline))
}

/// Why an evaluation ends early.
enum Stop {
    TimeIsOver,
    Failed(StoreError),
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Failed(error)
    }
}

fn in_time(evaluated: Result<Candidates, Stop>) -> Result<Option<Candidates>, StoreError> {
    match evaluated {
        Ok(candidates) => Ok(Some(candidates)),
        Err(Stop::TimeIsOver) => Ok(None),
        Err(Stop::Failed(error)) => Err(error),
    }
}

fn evaluate(
    part: &mut dyn Part,
    question: &Question<'_>,
    at_least: Visibility,
    deadline: &Deadline,
) -> Result<Candidates, Stop> {
    if deadline.passed() {
        return Err(Stop::TimeIsOver);
    }
    let events = part.events();
    let mut evaluation = Evaluation { part, question, deadline, steps: 0, exact: true };
    let mut positions = Positions::none(events);
    // Who sees less finds less: where nothing may be found with the data, nothing is found at all.
    if evaluation.may_hold(&question.condition, Visibility::Data)? {
        match &question.eyes {
            None => positions = evaluation.among(Positions::all(events), &question.condition, Visibility::Data)?,
            Some(eyes) => {
                let seen = evaluation.seen(&eyes.data)?;
                positions = evaluation.among((*seen).clone(), &question.condition, Visibility::Data)?;
                if at_least <= Visibility::Meta && evaluation.may_hold(&question.condition, Visibility::Meta)? {
                    let mut seen_partly = (*evaluation.seen(&eyes.meta)?).clone();
                    seen_partly.subtract(&seen);
                    positions.union(&evaluation.among(seen_partly, &question.condition, Visibility::Meta)?);
                }
            }
        }
    }
    Ok(Candidates { positions, exact: evaluation.exact })
}

struct Evaluation<'e, 'q> {
    part: &'e mut dyn Part,
    question: &'e Question<'q>,
    deadline: &'e Deadline,
    steps: u32,
    exact: bool,
}

/// So many steps take less than a moment. Most filters have fewer, and never ask for the time.
const A_MOMENT: u32 = 16;

impl Evaluation<'_, '_> {
    /// One step more: a condition, a value, an event that has to be read.
    fn step(&mut self) -> Result<(), Stop> {
        self.steps += 1;
        if self.steps.is_multiple_of(A_MOMENT) && self.deadline.is_over() { Err(Stop::TimeIsOver) } else { Ok(()) }
    }

    /// Whether a condition can certainly be true of an event of which so much is seen. Costs little.
    fn may_hold(&mut self, condition: &Condition<'_>, visibility: Visibility) -> Result<bool, Stop> {
        self.step()?;
        Ok(match condition {
            Condition::Every(conditions) => {
                for condition in conditions {
                    if !self.may_hold(condition, visibility)? {
                        return Ok(false);
                    }
                }
                true
            }
            Condition::Some(conditions) => {
                for condition in conditions {
                    if self.may_hold(condition, visibility)? {
                        return Ok(true);
                    }
                }
                false
            }
            Condition::Leaf(leaf) if leaf.is_hidden_from(visibility) => false,
            Condition::Leaf(Leaf { test: Test::Is { key, own_operation, .. }, result: true, .. }) => {
                self.part.may_have(*key)?
                    || match own_operation {
                        None => false,
                        Some((_, id)) => self.part.may_have_id(*id)? || self.part.may_have_id(id.closing())?,
                    }
            }
            Condition::Leaf(_) => true,
        })
    }

    /// What somebody sees who has these claims.
    fn seen(&mut self, claims: &Claims) -> Result<Arc<Positions>, StoreError> {
        self.part.having_any(claims.together, &claims.each)
    }

    /// Those of some events for which a condition is certainly true where so much of them is seen.
    fn among(
        &mut self,
        mut events: Positions,
        condition: &Condition<'_>,
        visibility: Visibility,
    ) -> Result<Positions, Stop> {
        self.step()?;
        match condition {
            Condition::Every(conditions) => {
                for condition in conditions {
                    if events.is_empty() {
                        break;
                    }
                    events = self.among(events, condition, visibility)?;
                }
                Ok(events)
            }
            Condition::Some(conditions) => {
                let mut found = Positions::none(events.events());
                for condition in conditions {
                    if events.is_empty() {
                        break;
                    }
                    let more = self.among(events.clone(), condition, visibility)?;
                    events.subtract(&more);
                    found.union(&more);
                }
                Ok(found)
            }
            Condition::Leaf(leaf) if leaf.is_hidden_from(visibility) => Ok(Positions::none(events.events())),
            Condition::Leaf(_) if events.is_empty() => Ok(events),
            Condition::Leaf(Leaf { test: Test::Created { first, last }, result, .. }) => {
                let created = self.created_between(*first, *last, &events)?;
                if *result {
                    events.intersect(&created)
                } else {
                    events.subtract(&created)
                }
                Ok(events)
            }
            Condition::Leaf(leaf) => {
                match self.holding(&leaf.test)? {
                    Some(holding) if leaf.result => events.intersect(&holding),
                    Some(holding) => events.subtract(&holding),
                    None => self.exact = false,
                }
                Ok(events)
            }
        }
    }

    /// The events for which a test holds; none where no key serves it.
    fn holding(&mut self, test: &Test<'_>) -> Result<Option<Arc<Positions>>, Stop> {
        Ok(Some(match test {
            Test::Is { key, own_operation, .. } => {
                let mut having = self.part.having(*key)?;
                if let Some((marker, opening)) = own_operation {
                    let own = self.of_operation(*marker, *opening)?;
                    Arc::make_mut(&mut having).union(&own);
                }
                having
            }
            Test::Time { from, until } => {
                let (from, until) = (self.first_at(*from)?, self.first_at(*until)?);
                Arc::new(Positions::of_range(self.part.events(), from..until))
            }
            Test::Since(from) => {
                Arc::new(Positions::of_range(self.part.events(), self.first_at(*from)?..self.part.events()))
            }
            Test::StartsWith { attribute, prefix } => {
                return self.having_values(attribute, |value| value.starts_with(prefix));
            }
            Test::Has { attribute, field, comparison } => {
                return self.having_values(attribute, |value| comparison.holds(field.of_key(value)));
            }
            Test::Never => Arc::new(Positions::none(self.part.events())),
            // Looked at among the events that are left.
            Test::Created { .. } | Test::Unserved => return Ok(None),
        }))
    }

    /// The events that have one of some values of an attribute; none where there is no list of its values.
    fn having_values(
        &mut self,
        attribute: &Attribute,
        is_one: impl Fn(&str) -> bool,
    ) -> Result<Option<Arc<Positions>>, Stop> {
        let Some(values) = self.part.values(attribute)? else { return Ok(None) };
        let mut having = Positions::none(self.part.events());
        for value in values.iter().filter(|value| is_one(value)) {
            self.step()?;
            having.union(&*self.part.having(self.question.hasher.key(attribute, value))?);
        }
        Ok(Some(Arc::new(having)))
    }

    /// Those of some events that were created between two times, both inclusive: only where it is not certain
    /// by when they happened, an event is read.
    fn created_between(&mut self, first: Timestamp, last: Timestamp, events: &Positions) -> Result<Positions, Stop> {
        let is_within = |at: Timestamp| first <= at && at <= last;
        let mut within = Vec::new();
        for Stretch { positions, created: (earliest, latest), delays, .. } in self.part.stretches()? {
            if latest < first || earliest > last {
                continue;
            }
            let all_are = delays.are_known() && is_within(earliest) && is_within(latest);
            let mut end = positions.end;
            while let Some(position) = events.last_below(end).filter(|position| *position >= positions.start) {
                end = position;
                if !all_are {
                    self.step()?;
                }
                if all_are || self.was_created(position, delays, first, last)? {
                    within.push(position as u16);
                }
            }
        }
        within.sort_unstable();
        Ok(Positions::of_listed(events.events(), within))
    }

    /// Whether the event of a position was created between two times, both inclusive.
    fn was_created(
        &mut self,
        position: usize,
        delays: Delays,
        first: Timestamp,
        last: Timestamp,
    ) -> Result<bool, StoreError> {
        let is_within = |at: Timestamp| first <= at && at <= last;
        let happened = self.part.cursor(position)?.timestamp;
        let (earliest, latest) = delays.created(happened, happened);
        if delays.are_known() && is_within(earliest) && is_within(latest) {
            return Ok(true);
        }
        Ok(latest >= first && earliest <= last && self.part.created(position)?.is_some_and(is_within))
    }

    /// The events of an operation that have the key of those whose attribute is the id of its opening.
    fn of_operation(&mut self, marker: KeyHash, opening: EventId) -> Result<Positions, StoreError> {
        let mut own = Vec::with_capacity(2);
        for id in [opening, opening.closing()] {
            if let Some(position) = self.part.position_of(id)?
                && self.part.having(marker)?.contains(position)
            {
                own.push(position as u16);
            }
        }
        own.sort_unstable();
        Ok(Positions::of_listed(self.part.events(), own))
    }

    fn first_at(&mut self, at: Timestamp) -> Result<usize, StoreError> {
        self.part.lower_bound(Cursor { timestamp: at, id: EventId::from_u128(0) })
    }
}
