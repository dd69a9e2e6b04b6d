//! Figures about the values of an attribute, in the shapes in which Elasticsearch answers them.

use std::{fmt, str::FromStr, time::Duration};

use serde_json::{Value, json};

use super::{Aggregation, Buckets, Count, SearchError, comparison::Comparison, field::Field};
use crate::{identity::Viewer, query::Filter, search::Search};

mod shapes;

/// A figure about the values of an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Metric {
    /// The smallest.
    Min,
    /// The largest.
    Max,
    /// All of them together.
    Sum,
    /// Their mean.
    Avg,
    /// The four above, and how many there are.
    Stats,
    /// Besides, how much they vary.
    ExtendedStats,
    /// How many values there are.
    ValueCount,
    /// Below which so many of a hundred lie.
    Percentiles,
    /// How many different values there are.
    Cardinality,
    /// How many events have none.
    Missing,
    /// The ten most frequent values.
    Terms,
}

/// So many values [`Metric::Terms`] lists.
const TERMS: usize = 10;

/// So many different values are looked at for a figure; more are counted, and the figure says that it is full.
const MOST_VALUES: usize = 1_000_000;

impl Metric {
    const ALL: [Self; 11] = [
        Self::Min,
        Self::Max,
        Self::Sum,
        Self::Avg,
        Self::Stats,
        Self::ExtendedStats,
        Self::ValueCount,
        Self::Percentiles,
        Self::Cardinality,
        Self::Missing,
        Self::Terms,
    ];

    /// As answers name it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Min => "min",
            Self::Max => "max",
            Self::Sum => "sum",
            Self::Avg => "avg",
            Self::Stats => "stats",
            Self::ExtendedStats => "extended_stats",
            Self::ValueCount => "value_count",
            Self::Percentiles => "percentiles",
            Self::Cardinality => "cardinality",
            Self::Missing => "missing",
            Self::Terms => "terms",
        }
    }
}

/// A figure that is asked for, as `aggregation` has it: `terms:category`.
///
/// ```
/// use events_core::{Field, Figure, Metric};
///
/// let figure: Figure = "extendedstats:details/delay-seconds".parse()?;
/// assert_eq!((figure.metric, figure.of), (Metric::ExtendedStats, Field::at("details/delay-seconds")));
/// assert!("median:duration-ms".parse::<Figure>().is_err());
/// # Ok::<(), events_core::UnknownMetric>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// Which figure.
    pub metric: Metric,
    /// About the values of which attribute.
    pub of: Field,
}

/// No figure is called so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no figure: write `terms:category`; there are min, max, sum, avg, stats, extendedstats, value_count, percentiles, cardinality, missing and terms"
)]
pub struct UnknownMetric(String);

impl FromStr for Figure {
    type Err = UnknownMetric;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unknown = || UnknownMetric(text.chars().take(80).collect());
        let (name, of) = text.split_once(':').ok_or_else(unknown)?;
        let is_named = |metric: &Metric| metric.name() == name || metric.name().replace('_', "") == name;
        let metric = Metric::ALL.into_iter().find(is_named).ok_or_else(unknown)?;
        Ok(Self { metric, of: Field::at(of) })
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.metric.name(), self.of)
    }
}

/// Which figure, about which events, through whose eyes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measurement {
    /// Of which events.
    pub filter: Filter,
    /// Through whose eyes. An event of which the attribute is hidden counts nowhere.
    pub viewer: Viewer,
    /// What is asked for.
    pub figure: Figure,
    /// How long it may take; the store's default where none.
    pub within: Option<Duration>,
}

/// A figure.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measured {
    /// As Elasticsearch answers it: `{"value": 3.5}`, `{"buckets": […]}`.
    pub value: Value,
    /// Whether the time limit cut it: it is not that of all events.
    pub cut: bool,
    /// Whether there are more different values than are looked at: it may not be that of all events, and more time does
    /// not help.
    pub full: bool,
    /// Stored events that cannot be read at all: nobody knows whether they belong here.
    pub unreadable: u64,
}

/// Measures in any store that counts by value.
pub(crate) async fn measure<S: Search + ?Sized>(store: &S, asked: &Measurement) -> Result<Measured, SearchError> {
    let Measurement { filter, viewer, figure: Figure { metric, of }, within } = asked;
    if *metric == Metric::Missing {
        // Of a hidden attribute nobody knows that it is missing.
        let has = Filter::Compares(of.clone(), Comparison::Any);
        let has = of.keys().map_or(has, |attribute| Filter::Has(attribute.clone()));
        let missing = filter.clone().and(Filter::Not(Box::new(has)));
        let count = store.count(&missing, viewer, *within).await?;
        let Count { events, cut, unreadable } = count;
        return Ok(Measured { value: json!({ "doc_count": events }), cut, unreadable, ..Measured::default() });
    }
    let size = match metric {
        Metric::Terms => TERMS,
        Metric::ValueCount | Metric::Cardinality => 0,
        _ => MOST_VALUES,
    };
    let by = of.clone();
    let aggregation = Aggregation { filter: filter.clone(), viewer: viewer.clone(), by, size, within: *within };
    let counted = store.aggregate(&aggregation).await?;
    let left_out = size == MOST_VALUES && counted.distinct > counted.buckets.len() as u64;
    let Buckets { cut, full, unreadable, .. } = counted;
    let value = shapes::worked_out(*metric, of.kind(), &counted);
    Ok(Measured { value, cut, full: full || left_out, unreadable })
}
