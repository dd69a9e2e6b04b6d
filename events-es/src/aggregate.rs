//! Counting by value, exactly.
//!
//! The server's counts of the most frequent values are estimates as soon as there are several indices, and
//! its count of different values always is one. So all values are gone through in their order, each with
//! its count, and the largest are kept here.

use std::{cmp::Reverse, collections::BinaryHeap, sync::Arc};

use events_core::{Aggregation, Buckets, Counts, Field, FieldKind, SearchError, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    filter::{self, PAIRS, Place, SUCCESS},
    handle::Server,
    limit::TimeLimit,
    point_in_time::PointInTime,
    search::{ask, unavailable},
};

/// So many values are asked for at once.
const AT_ONCE: usize = 10_000;

pub(crate) async fn buckets(
    server: &Arc<Server>,
    aggregation: &Aggregation,
    limit: TimeLimit,
) -> Result<Buckets, SearchError> {
    let clause = filter::shown_by(&aggregation.filter, &aggregation.viewer, &aggregation.by)?;
    let (by, place) = (&aggregation.by, Place::of(&aggregation.by)?);
    let field = match &place {
        Place::Own(field) => field.as_str(),
        Place::Pairs(_) => PAIRS,
        Place::Success => SUCCESS,
        Place::Nowhere => return Ok(Buckets::default()),
    };
    let walk = Walk { by, field, start: place.start(), query: clause.into_query()?, limit };
    let mut counts = Largest::new(aggregation.size);
    // Mostly there are few values, and one answer is of one moment anyway.
    match walk.step(server, None, None).await? {
        Step::Behind(_) => {}
        end => {
            counts.add(end, |value| walk.text(value));
            return Ok(counts.finish());
        }
    }
    let moment = PointInTime::open(server, limit).await?;
    walk.through(server, moment, counts).await.map(Largest::finish)
}

/// Going through the values of a field.
struct Walk<'a> {
    by: &'a Field,
    field: &'a str,
    /// What the terms that are meant begin with.
    start: Option<&'a str>,
    query: Value,
    limit: TimeLimit,
}

/// An answer with the next values and their counts.
enum Step {
    /// The last ones.
    End(Vec<(Value, u64)>),
    /// There are more.
    Behind(Vec<(Value, u64)>),
    /// What could be counted until time was up.
    Cut(Vec<(Value, u64)>),
}

#[derive(Deserialize)]
struct Answered {
    aggregations: Option<Aggregations>,
}

#[derive(Deserialize)]
struct Aggregations {
    values: Composite,
}

#[derive(Deserialize)]
struct Composite {
    buckets: Vec<Bucket>,
}

#[derive(Deserialize)]
struct Bucket {
    key: Key,
    doc_count: u64,
}

#[derive(Deserialize)]
struct Key {
    value: Value,
}

impl Walk<'_> {
    async fn through(
        &self,
        server: &Server,
        mut moment: PointInTime,
        mut counts: Largest,
    ) -> Result<Largest, SearchError> {
        let mut last = None;
        loop {
            let step = self.step(server, Some(&mut moment), last).await?;
            last = match &step {
                Step::Behind(values) => values.last().map(|(value, _)| value.clone()),
                Step::End(_) | Step::Cut(_) => None,
            };
            counts.add(step, |value| self.text(value));
            if last.is_none() || counts.full {
                return Ok(counts);
            }
        }
    }

    /// The values behind `last`.
    async fn step(
        &self,
        server: &Server,
        moment: Option<&mut PointInTime>,
        last: Option<Value>,
    ) -> Result<Step, SearchError> {
        if self.limit.is_over() {
            return Ok(Step::Cut(Vec::new()));
        }
        let mut composite = json!({ "size": AT_ONCE, "sources": [{ "value": { "terms": { "field": self.field } } }] });
        // Everything that starts with a pair's start but for its last byte starts with all of it.
        let first = || self.start.and_then(|start| start.strip_suffix('=')).map(Value::from);
        if let Some(after) = last.or_else(first) {
            composite["after"] = json!({ "value": after });
        }
        let body = json!({
            "query": self.query,
            "size": 0,
            "track_total_hits": false,
            "aggs": { "values": { "composite": composite } },
        });
        let (answer, outcome) = match moment {
            Some(moment) => moment.ask(body, self.limit).await?,
            None => ask(server, body, self.limit).await?,
        };
        let answered: Answered = answer.read().map_err(unavailable)?;
        let buckets = answered.aggregations.map(|answered| answered.values.buckets).unwrap_or_default();
        let full = buckets.len() >= AT_ONCE;
        let ours =
            |value: &Value| self.start.is_none_or(|start| value.as_str().is_some_and(|text| text.starts_with(start)));
        let mut values: Vec<(Value, u64)> =
            buckets.into_iter().map(|bucket| (bucket.key.value, bucket.doc_count)).collect();
        let answered = values.len();
        values.retain(|(value, _)| ours(value));
        Ok(if outcome.timed_out {
            Step::Cut(values)
        } else if full && values.len() == answered {
            Step::Behind(values)
        } else {
            Step::End(values)
        })
    }

    /// A value as filters compare it.
    fn text(&self, value: &Value) -> String {
        match (self.start, value) {
            (Some(start), Value::String(pair)) => pair.strip_prefix(start).unwrap_or(pair).to_owned(),
            (None, Value::String(text)) => text.clone(),
            (_, Value::Number(millis)) if self.by.kind() == FieldKind::Instant => {
                Timestamp::from_millis(millis.as_i64().unwrap_or_default()).to_string()
            }
            (_, other) => other.to_string(),
        }
    }
}

/// The largest counts so far.
struct Largest {
    /// The smallest of them first, of equal ones the last value.
    largest: BinaryHeap<Reverse<(u64, Reverse<String>)>>,
    size: usize,
    /// Of those that are kept.
    weight: usize,
    distinct: u64,
    values: u64,
    cut: bool,
    full: bool,
}

impl Largest {
    fn new(size: usize) -> Self {
        Self { largest: BinaryHeap::new(), size, weight: 0, distinct: 0, values: 0, cut: false, full: false }
    }

    fn add(&mut self, step: Step, text: impl Fn(&Value) -> String) {
        let values = match step {
            Step::End(values) | Step::Behind(values) => values,
            Step::Cut(values) => {
                self.cut = true;
                values
            }
        };
        for (value, count) in values {
            let value = text(&value);
            self.distinct += 1;
            self.values += count;
            self.weight += Counts::weight(&value);
            self.largest.push(Reverse((count, Reverse(value))));
            if self.largest.len() > self.size
                && let Some(Reverse((_, Reverse(smallest)))) = self.largest.pop()
            {
                self.weight -= Counts::weight(&smallest);
            }
            self.full |= self.weight > Counts::ROOM;
        }
    }

    fn finish(self) -> Buckets {
        let Self { largest, distinct, values, cut, full, .. } = self;
        let sorted = largest.into_sorted_vec();
        let buckets = sorted.into_iter().map(|Reverse((count, Reverse(value)))| (value, count)).collect();
        Buckets { buckets, distinct, values, cut, full, unreadable: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_are_kept_and_ties_are_in_the_order_of_values() {
        let mut counts = Largest::new(3);
        let values = [("a", 1), ("b", 2), ("c", 2), ("d", 1), ("Z", 1)].map(|(value, count)| (json!(value), count));
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        counts.add(Step::Behind(values[..2].to_vec()), text);
        counts.add(Step::End(values[2..].to_vec()), text);
        let Buckets { buckets, distinct, values, cut, .. } = counts.finish();
        assert_eq!(buckets, [("b".to_owned(), 2), ("c".to_owned(), 2), ("Z".to_owned(), 1)]);
        assert_eq!((distinct, values, cut), (5, 7, false));
    }

    #[test]
    fn as_many_are_kept_as_have_room() {
        let text = |value: &Value| format!("{value}{}", "x".repeat(Counts::ROOM / 4));
        let values = || Step::Behind([(json!(1), 1), (json!(2), 1), (json!(3), 1), (json!(4), 2)].to_vec());
        for (size, is_full) in [(0, false), (3, false), (4, true)] {
            let mut counts = Largest::new(size);
            counts.add(values(), text);
            assert_eq!(counts.full, is_full, "of the {size} largest");
        }
    }
}
