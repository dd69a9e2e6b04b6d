//! Counting by value, exactly.
//!
//! The server's counts of the most frequent values are estimates as soon as there are several indices, and
//! its count of different values always is one. So all values are gone through in their order, each with
//! its count, and the largest are kept here.

use std::{cmp::Reverse, collections::BinaryHeap};

use events_core::{Aggregation, Buckets, SearchError};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    filter::{self, Field, OUTCOMES, PAIRS, SUCCESS},
    handle::Server,
    point_in_time::PointInTime,
    search::{TimeLimit, ask, ask_at, unavailable},
};

/// So many values are asked for at once.
const AT_ONCE: usize = 10_000;

pub(crate) async fn buckets(server: &Server, aggregation: &Aggregation) -> Result<Buckets, SearchError> {
    let limit = TimeLimit::after(aggregation.within.unwrap_or(server.search_limit));
    let clause = filter::shown_by(&aggregation.filter, &aggregation.viewer, &aggregation.by)?;
    let walk = Walk { field: Field::of(&aggregation.by)?, query: clause.into_query(), limit };
    let mut counts = Counts::new(aggregation.size);
    // Mostly there are few values, and one answer is of one moment anyway.
    match walk.step(server, None, None).await? {
        Step::Behind(_) => {}
        end => {
            counts.add(end, &walk.field);
            return Ok(counts.finish());
        }
    }
    let moment = PointInTime::open(server).await?;
    let walked = walk.through(server, &moment, counts).await;
    moment.close(server).await;
    walked.map(Counts::finish)
}

/// Going through the values of a field.
struct Walk {
    field: Field,
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

impl Walk {
    async fn through(&self, server: &Server, moment: &PointInTime, mut counts: Counts) -> Result<Counts, SearchError> {
        let mut last = None;
        loop {
            let step = self.step(server, Some(moment), last).await?;
            last = match &step {
                Step::Behind(values) => values.last().map(|(value, _)| value.clone()),
                Step::End(_) | Step::Cut(_) => None,
            };
            counts.add(step, &self.field);
            if last.is_none() {
                return Ok(counts);
            }
        }
    }

    /// The values behind `last`.
    async fn step(
        &self,
        server: &Server,
        moment: Option<&PointInTime>,
        last: Option<Value>,
    ) -> Result<Step, SearchError> {
        let Some(left) = self.limit.left() else { return Ok(Step::Cut(Vec::new())) };
        let field = match &self.field {
            Field::Own(field) => field,
            Field::Pairs(_) => PAIRS,
            Field::Success => SUCCESS,
        };
        let mut composite = json!({ "size": AT_ONCE, "sources": [{ "value": { "terms": { "field": field } } }] });
        // Everything that starts with a pair's start but for its last byte starts with all of it.
        let first = || self.start().and_then(|start| start.strip_suffix('=')).map(Value::from);
        if let Some(after) = last.or_else(first) {
            composite["after"] = json!({ "value": after });
        }
        let mut body = json!({
            "query": self.query,
            "size": 0,
            "track_total_hits": false,
            "aggs": { "values": { "composite": composite } },
        });
        let (answer, outcome) = match moment {
            Some(moment) => {
                moment.add_to(&mut body);
                ask_at(server, "/_search".to_owned(), body, left).await?
            }
            None => ask(server, &body, left).await?,
        };
        let answered: Answered = answer.read().map_err(unavailable)?;
        let buckets = answered.aggregations.map(|answered| answered.values.buckets).unwrap_or_default();
        let full = buckets.len() >= AT_ONCE;
        let ours =
            |value: &Value| self.start().is_none_or(|start| value.as_str().is_some_and(|text| text.starts_with(start)));
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

    fn start(&self) -> Option<&str> {
        match &self.field {
            Field::Pairs(start) => Some(start),
            Field::Own(_) | Field::Success => None,
        }
    }
}

/// The largest counts so far.
struct Counts {
    /// The smallest of them first, of equal ones the last value.
    largest: BinaryHeap<Reverse<(u64, Reverse<String>)>>,
    size: usize,
    distinct: u64,
    cut: bool,
}

impl Counts {
    fn new(size: usize) -> Self {
        Self { largest: BinaryHeap::new(), size, distinct: 0, cut: false }
    }

    fn add(&mut self, step: Step, field: &Field) {
        let values = match step {
            Step::End(values) | Step::Behind(values) => values,
            Step::Cut(values) => {
                self.cut = true;
                values
            }
        };
        for (value, count) in values {
            let value = text(&value, field);
            self.distinct += 1;
            self.largest.push(Reverse((count, Reverse(value))));
            if self.largest.len() > self.size {
                self.largest.pop();
            }
        }
    }

    fn finish(self) -> Buckets {
        let sorted = self.largest.into_sorted_vec();
        let buckets = sorted.into_iter().map(|Reverse((count, Reverse(value)))| (value, count)).collect();
        Buckets { buckets, distinct: self.distinct, cut: self.cut, unreadable: 0 }
    }
}

/// A value as filters compare it.
fn text(value: &Value, field: &Field) -> String {
    match (field, value) {
        (Field::Pairs(start), Value::String(pair)) => pair.strip_prefix(start.as_str()).unwrap_or(pair).to_owned(),
        (Field::Success, Value::Bool(success)) => {
            OUTCOMES.into_iter().find(|(of, _)| of == success).map_or("", |(_, outcome)| outcome).to_owned()
        }
        (_, Value::String(text)) => text.clone(),
        (_, other) => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_are_kept_and_ties_are_in_the_order_of_values() {
        let mut counts = Counts::new(3);
        let values = [("a", 1), ("b", 2), ("c", 2), ("d", 1), ("Z", 1)].map(|(value, count)| (json!(value), count));
        counts.add(Step::Behind(values[..2].to_vec()), &Field::Own("tags"));
        counts.add(Step::End(values[2..].to_vec()), &Field::Own("tags"));
        let Buckets { buckets, distinct, cut, .. } = counts.finish();
        assert_eq!(buckets, [("b".to_owned(), 2), ("c".to_owned(), 2), ("Z".to_owned(), 1)]);
        assert_eq!((distinct, cut), (5, false));
    }
}
