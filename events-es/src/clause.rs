//! Clauses of the query language, put together without the parts that decide nothing.

use std::ops::Bound;

use serde_json::{Map, Value, json};

/// Which documents. All and none are told apart so that whoever combines clauses can leave them out:
/// nested clauses are limited, and what cannot match need not be asked.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Clause {
    Everything,
    Nothing,
    /// A query that does not score.
    Query(Value),
}

impl Clause {
    /// Documents whose field has this very value.
    pub(crate) fn term(field: &str, value: impl Into<Value>) -> Self {
        Self::Query(json!({ "term": { field: { "value": value.into() } } }))
    }

    /// Documents whose field has a value that starts with this.
    pub(crate) fn prefix(field: &str, start: &str) -> Self {
        Self::Query(json!({ "prefix": { field: { "value": start } } }))
    }

    /// Documents whose field has a value in a range.
    pub(crate) fn range(field: &str, from: Bound<Value>, until: Bound<Value>) -> Self {
        let from = match from {
            Bound::Included(from) => Some(("gte", from)),
            Bound::Excluded(from) => Some(("gt", from)),
            Bound::Unbounded => None,
        };
        let until = match until {
            Bound::Included(until) => Some(("lte", until)),
            Bound::Excluded(until) => Some(("lt", until)),
            Bound::Unbounded => None,
        };
        let bounds = from.into_iter().chain(until).map(|(name, bound)| (name.to_owned(), bound));
        Self::Query(json!({ "range": { field: bounds.collect::<Map<_, _>>() } }))
    }

    /// Documents whose field has a value.
    pub(crate) fn exists(field: &str) -> Self {
        Self::Query(json!({ "exists": { "field": field } }))
    }

    /// Documents whose field has one of these values.
    pub(crate) fn any_term<V: Into<Value>>(field: &str, values: impl IntoIterator<Item = V>) -> Self {
        let values: Vec<Value> = values.into_iter().map(Into::into).collect();
        if values.is_empty() { Self::Nothing } else { Self::Query(json!({ "terms": { field: values } })) }
    }

    /// Documents that all of these match.
    pub(crate) fn all(clauses: impl IntoIterator<Item = Self>) -> Self {
        let mut queries = Vec::new();
        for clause in clauses {
            match clause {
                Self::Everything => {}
                Self::Nothing => return Self::Nothing,
                Self::Query(query) => queries.push(query),
            }
        }
        match queries.len() {
            0 => Self::Everything,
            1 => queries.pop().map_or(Self::Everything, Self::Query),
            _ => Self::Query(json!({ "bool": { "filter": queries } })),
        }
    }

    /// Documents that at least one of these matches.
    pub(crate) fn any(clauses: impl IntoIterator<Item = Self>) -> Self {
        let mut queries = Vec::new();
        for clause in clauses {
            match clause {
                Self::Everything => return Self::Everything,
                Self::Nothing => {}
                Self::Query(query) => queries.push(query),
            }
        }
        match queries.len() {
            0 => Self::Nothing,
            1 => queries.pop().map_or(Self::Nothing, Self::Query),
            _ => Self::Query(json!({ "bool": { "should": queries, "minimum_should_match": 1 } })),
        }
    }

    /// Documents that this does not match.
    pub(crate) fn not(self) -> Self {
        match self {
            Self::Everything => Self::Nothing,
            Self::Nothing => Self::Everything,
            Self::Query(query) => Self::Query(json!({ "bool": { "must_not": [query] } })),
        }
    }

    /// As the query of a search.
    pub(crate) fn into_query(self) -> Value {
        match self {
            Self::Everything => json!({ "match_all": {} }),
            Self::Nothing => json!({ "match_none": {} }),
            Self::Query(query) => json!({ "bool": { "filter": [query] } }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_decides_nothing_is_left_out() {
        use Clause::{Everything, Nothing};
        let one = || Clause::term("tags", "a");
        let other = || Clause::term("tags", "b");
        assert_eq!(Clause::all([]), Everything);
        assert_eq!(Clause::any([]), Nothing);
        assert_eq!(Clause::all([Everything, one()]), one());
        assert_eq!(Clause::all([one(), Nothing]), Nothing);
        assert_eq!(Clause::any([Nothing, one()]), one());
        assert_eq!(Clause::any([one(), Everything]), Everything);
        assert_eq!(Clause::any_term::<&str>("tags", []), Nothing);
        assert_eq!((Everything.not(), Nothing.not()), (Nothing, Everything));
        let both = Clause::all([one(), other()]).into_query();
        assert_eq!(both.pointer("/bool/filter/0/bool/filter").and_then(Value::as_array).map(Vec::len), Some(2));
    }
}
