//! Figures worked out from the counts of values, as Elasticsearch writes them.

use serde_json::{Map, Value, json};

use super::Metric;
use crate::{
    search::{Buckets, field::FieldKind, number::Number},
    timestamp::Timestamp,
};

const PERCENTS: [f64; 7] = [1.0, 5.0, 25.0, 50.0, 75.0, 95.0, 99.0];

pub(super) fn worked_out(metric: Metric, kind: FieldKind, counted: &Buckets) -> Value {
    let numbers = || Numbers::of(kind, counted);
    match metric {
        Metric::Terms => terms(kind, counted),
        Metric::ValueCount => json!({ "value": counted.values }),
        Metric::Cardinality => json!({ "value": counted.distinct }),
        Metric::Missing => Value::Null,
        Metric::Min => single(kind, numbers().min()),
        Metric::Max => single(kind, numbers().max()),
        Metric::Avg => single(kind, numbers().avg()),
        Metric::Sum => single(kind, Some(numbers().sum)),
        Metric::Stats => Value::Object(numbers().stats(kind)),
        Metric::ExtendedStats => numbers().extended_stats(kind),
        Metric::Percentiles => numbers().percentiles(kind),
    }
}

/// As the servers write a number of this kind besides.
fn as_string(kind: FieldKind, value: f64) -> Option<Value> {
    match kind {
        FieldKind::Instant => Some(Timestamp::from_millis(value as i64).to_string().into()),
        FieldKind::Boolean => Some(if value == 0.0 { "false" } else { "true" }.into()),
        _ => None,
    }
}

fn single(kind: FieldKind, value: Option<f64>) -> Value {
    let mut single = json!({ "value": value });
    if let Some(text) = value.and_then(|value| as_string(kind, value)) {
        single["value_as_string"] = text;
    }
    single
}

fn terms(kind: FieldKind, counted: &Buckets) -> Value {
    let listed: u64 = counted.buckets.iter().map(|(_, count)| count).sum();
    let buckets: Vec<Value> = counted
        .buckets
        .iter()
        .map(|(value, count)| match number(kind, value).filter(|_| kind != FieldKind::Detail) {
            // Whole numbers, as they stand in events.
            Some(number) => {
                let mut bucket = json!({ "key": number.get() as i64, "doc_count": count });
                if let Some(text) = as_string(kind, number.get()) {
                    bucket["key_as_string"] = text;
                }
                bucket
            }
            None => json!({ "key": value, "doc_count": count }),
        })
        .collect();
    json!({ "doc_count_error_upper_bound": 0, "sum_other_doc_count": counted.values - listed, "buckets": buckets })
}

/// What a value is as a number; texts are none.
fn number(kind: FieldKind, value: &str) -> Option<Number> {
    match kind {
        FieldKind::Integer | FieldKind::Detail => Number::of_text(value),
        FieldKind::Instant => value.parse::<Timestamp>().ok().map(|at| Number::of_integer(at.millis())),
        FieldKind::Boolean => Some(Number::of_integer(i64::from(value == "true"))),
        _ => None,
    }
}

/// Numbers, each with how often it comes, in their order.
#[derive(Default)]
struct Numbers {
    counts: Vec<(f64, u64)>,
    count: u64,
    sum: f64,
    sum_of_squares: f64,
}

impl Numbers {
    fn of(kind: FieldKind, counted: &Buckets) -> Self {
        let numbers = counted.buckets.iter().filter_map(|(value, count)| Some((number(kind, value)?, *count)));
        let mut numbers: Vec<(Number, u64)> = numbers.collect();
        numbers.sort_unstable();
        let mut of = Self::default();
        for (number, count) in numbers {
            let value = number.get();
            of.count += count;
            of.sum += value * count as f64;
            of.sum_of_squares += value * value * count as f64;
            of.counts.push((value, count));
        }
        of
    }

    fn min(&self) -> Option<f64> {
        self.counts.first().map(|(value, _)| *value)
    }

    fn max(&self) -> Option<f64> {
        self.counts.last().map(|(value, _)| *value)
    }

    fn avg(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum / self.count as f64)
    }

    fn stats(&self, kind: FieldKind) -> Map<String, Value> {
        let mut stats = Map::from_iter([("count".to_owned(), json!(self.count))]);
        let sum = (self.count > 0).then_some(self.sum);
        let figures = [("min", self.min()), ("max", self.max()), ("avg", self.avg()), ("sum", sum)];
        for (name, value) in figures {
            let empty = if name == "sum" { json!(0.0) } else { Value::Null };
            stats.insert(name.to_owned(), value.map_or(empty, Value::from));
        }
        for (name, value) in figures {
            if let Some(text) = value.and_then(|value| as_string(kind, value)) {
                stats.insert(format!("{name}_as_string"), text);
            }
        }
        stats
    }

    fn extended_stats(&self, kind: FieldKind) -> Value {
        let mut stats = self.stats(kind);
        let count = self.count as f64;
        // Rounding must not make it negative.
        let squares = (self.sum_of_squares - self.sum * self.sum / count).max(0.0);
        let population = (self.count > 0).then_some(squares / count);
        let sampling = (self.count > 0).then_some(squares / (count - 1.0));
        // Of one value, or none, JSON has no number for it; the servers write a text.
        let said = |value: Option<f64>| match value {
            Some(value) if !value.is_finite() => json!("NaN"),
            value => json!(value),
        };
        let deviation = |variance: Option<f64>| variance.map(f64::sqrt);
        let bound = |side: f64, variance| {
            let far = deviation(variance).map(|deviation| 2.0 * side * deviation);
            said(self.avg().zip(far).map(|(avg, far)| avg + far))
        };
        let squared = (self.count > 0).then_some(self.sum_of_squares);
        for (name, value) in [
            ("sum_of_squares", json!(squared)),
            ("variance", said(population)),
            ("variance_population", said(population)),
            ("variance_sampling", said(sampling)),
            ("std_deviation", said(deviation(population))),
            ("std_deviation_population", said(deviation(population))),
            ("std_deviation_sampling", said(deviation(sampling))),
        ] {
            stats.insert(name.to_owned(), value);
        }
        let bounds = json!({
            "upper": bound(1.0, population),
            "lower": bound(-1.0, population),
            "upper_population": bound(1.0, population),
            "lower_population": bound(-1.0, population),
            "upper_sampling": bound(1.0, sampling),
            "lower_sampling": bound(-1.0, sampling),
        });
        stats.insert("std_deviation_bounds".to_owned(), bounds);
        Value::Object(stats)
    }

    /// Exact; between two values it lies as far as it does between their places.
    fn percentiles(&self, kind: FieldKind) -> Value {
        let mut values = Map::new();
        for percent in PERCENTS {
            let name = format!("{percent:.1}");
            let value = self.percentile(percent);
            if let Some(text) = value.and_then(|value| as_string(kind, value)) {
                values.insert(format!("{name}_as_string"), text);
            }
            values.insert(name, json!(value));
        }
        json!({ "values": values })
    }

    fn percentile(&self, percent: f64) -> Option<f64> {
        let place = (self.count.checked_sub(1)? as f64) * percent / 100.0;
        let (below, above) = (self.at(place.floor() as u64)?, self.at(place.ceil() as u64)?);
        Some(below + (above - below) * place.fract())
    }

    fn at(&self, place: u64) -> Option<f64> {
        let mut behind = 0;
        self.counts
            .iter()
            .find(|(_, count)| {
                behind += count;
                behind > place
            })
            .map(|(value, _)| *value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(values: &[(&str, u64)]) -> Buckets {
        Buckets {
            buckets: values.iter().map(|(value, count)| ((*value).to_owned(), *count)).collect(),
            distinct: values.len() as u64,
            values: values.iter().map(|(_, count)| count).sum(),
            ..Buckets::default()
        }
    }

    #[test]
    fn figures_have_the_shapes_of_elasticsearch() {
        let numbers = counted(&[("2", 2), ("5", 1), ("x", 7), ("-1", 1)]);
        let of = |metric| worked_out(metric, FieldKind::Detail, &numbers);
        assert_eq!(of(Metric::Min), json!({ "value": -1.0 }));
        assert_eq!(of(Metric::Max), json!({ "value": 5.0 }));
        assert_eq!(of(Metric::Sum), json!({ "value": 8.0 }));
        assert_eq!(of(Metric::Avg), json!({ "value": 2.0 }));
        assert_eq!(of(Metric::ValueCount), json!({ "value": 11 }));
        assert_eq!(of(Metric::Cardinality), json!({ "value": 4 }));
        assert_eq!(of(Metric::Stats), json!({ "count": 4, "min": -1.0, "max": 5.0, "avg": 2.0, "sum": 8.0 }));
        assert_eq!(of(Metric::Percentiles)["values"]["50.0"], json!(2.0));
        assert_eq!(of(Metric::Percentiles)["values"]["75.0"], json!(2.75));
        let extended = of(Metric::ExtendedStats);
        assert_eq!(extended["sum_of_squares"], json!(34.0));
        assert_eq!((&extended["variance"], &extended["variance_sampling"]), (&json!(4.5), &json!(6.0)));
        let nothing = worked_out(Metric::ExtendedStats, FieldKind::Integer, &counted(&[]));
        assert_eq!((&nothing["count"], &nothing["min"], &nothing["sum"]), (&json!(0), &Value::Null, &json!(0.0)));
        assert_eq!((&nothing["variance"], &nothing["std_deviation_bounds"]["upper"]), (&Value::Null, &Value::Null));
        let one = worked_out(Metric::ExtendedStats, FieldKind::Integer, &counted(&[("3", 1)]));
        assert_eq!((&one["variance"], &one["variance_sampling"]), (&json!(0.0), &json!("NaN")));
    }

    #[test]
    fn dates_and_booleans_are_numbers_with_a_text() {
        let dates = counted(&[("2026-11-24T00:00:00.000Z", 3), ("2026-11-25T00:00:00.000Z", 1)]);
        assert_eq!(
            worked_out(Metric::Max, FieldKind::Instant, &dates),
            json!({ "value": 1_795_564_800_000.0, "value_as_string": "2026-11-25T00:00:00.000Z" })
        );
        assert_eq!(
            worked_out(Metric::Terms, FieldKind::Instant, &dates)["buckets"][0],
            json!({ "key": 1_795_478_400_000_i64, "key_as_string": "2026-11-24T00:00:00.000Z", "doc_count": 3 })
        );
        assert_eq!(
            worked_out(Metric::Terms, FieldKind::Boolean, &counted(&[("true", 2)]))["buckets"],
            json!([{ "key": 1, "key_as_string": "true", "doc_count": 2 }])
        );
        let mut tags = counted(&[("a", 2), ("b", 1)]);
        tags.values = 9;
        assert_eq!(
            worked_out(Metric::Terms, FieldKind::Text, &tags),
            json!({
                "doc_count_error_upper_bound": 0,
                "sum_other_doc_count": 6,
                "buckets": [{ "key": "a", "doc_count": 2 }, { "key": "b", "doc_count": 1 }],
            })
        );
    }
}
