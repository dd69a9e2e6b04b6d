//! Clauses of the query language, put together without the parts that decide nothing.

use std::ops::Bound;

use base64::{Engine, prelude::BASE64_STANDARD};
use events_core::SearchError;
use serde_json::{Map, Value, json};

/// So many queries at most stand in one another, and one around them: servers refuse more than 20 or 30
/// (`indices.query.bool.max_nested_depth`), depending on their version.
const DEEPEST: usize = 19;

/// A query that is wrapped is longer by a third, each time; none becomes longer than this, in bytes.
const LONGEST: usize = 4 << 20;

/// A server refuses a list of more values (`index.max_terms_count`).
const LONGEST_LIST: usize = 65_536;

/// Which documents. All and none are told apart so that whoever combines clauses can leave them out:
/// nested clauses are limited, and what cannot match need not be asked.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Clause {
    Everything,
    Nothing,
    /// A query that does not score.
    Query(Nested),
    /// More than should be sent to a server.
    TooLong,
}

/// A query, and how many stand in one another in it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Nested {
    pub(crate) query: Value,
    depth: usize,
}

impl Nested {
    /// One that has none inside.
    fn leaf(query: Value) -> Self {
        Self { query, depth: 1 }
    }

    /// As it stands in another one; none where it is too long for that. The server reads a query that is wrapped on its
    /// own, and begins to count anew.
    fn for_another(self) -> Option<Self> {
        if self.depth < DEEPEST {
            return Some(self);
        }
        let wrapped = self.query.to_string();
        let fits = wrapped.len() <= LONGEST;
        fits.then(|| Self::leaf(json!({ "wrapper": { "query": BASE64_STANDARD.encode(wrapped) } })))
    }
}

impl Clause {
    /// Documents whose field has this very value.
    pub(crate) fn term(field: &str, value: impl Into<Value>) -> Self {
        Self::leaf(json!({ "term": { field: { "value": value.into() } } }))
    }

    /// Documents whose field has a value that starts with this.
    pub(crate) fn prefix(field: &str, start: &str) -> Self {
        Self::leaf(json!({ "prefix": { field: { "value": start } } }))
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
        Self::leaf(json!({ "range": { field: bounds.collect::<Map<_, _>>() } }))
    }

    /// Documents whose field has a value.
    pub(crate) fn exists(field: &str) -> Self {
        Self::leaf(json!({ "exists": { "field": field } }))
    }

    /// Documents whose field has one of these values.
    pub(crate) fn any_term<V: Into<Value>>(field: &str, values: impl IntoIterator<Item = V>) -> Self {
        let values: Vec<Value> = values.into_iter().map(Into::into).collect();
        Self::any(values.chunks(LONGEST_LIST).map(|values| Self::leaf(json!({ "terms": { field: values } }))))
    }

    /// Documents that all of these match.
    pub(crate) fn all(clauses: impl IntoIterator<Item = Self>) -> Self {
        let mut queries = Vec::new();
        for clause in clauses {
            match clause {
                Self::Everything => {}
                Self::Nothing => return Self::Nothing,
                Self::Query(query) => queries.push(query),
                Self::TooLong => return Self::TooLong,
            }
        }
        match queries.len() {
            0 => Self::Everything,
            1 => queries.pop().map_or(Self::Everything, Self::Query),
            _ => Self::around(queries, |queries| json!({ "bool": { "filter": queries } })),
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
                Self::TooLong => return Self::TooLong,
            }
        }
        match queries.len() {
            0 => Self::Nothing,
            1 => queries.pop().map_or(Self::Nothing, Self::Query),
            _ => Self::around(queries, |queries| json!({ "bool": { "should": queries, "minimum_should_match": 1 } })),
        }
    }

    /// Documents that this does not match.
    pub(crate) fn not(self) -> Self {
        match self {
            Self::Everything => Self::Nothing,
            Self::Nothing => Self::Everything,
            Self::Query(query) => Self::around(vec![query], |queries| json!({ "bool": { "must_not": queries } })),
            Self::TooLong => Self::TooLong,
        }
    }

    /// As the query of a search.
    ///
    /// # Errors
    /// It is too long.
    pub(crate) fn into_query(self) -> Result<Value, SearchError> {
        Ok(match self {
            Self::Everything => json!({ "match_all": {} }),
            Self::Nothing => json!({ "match_none": {} }),
            Self::Query(Nested { query, .. }) => json!({ "bool": { "filter": [query] } }),
            Self::TooLong => {
                let limit = LONGEST >> 20;
                return Err(SearchError::Unsupported(format!(
                    "nested as deep as it is, the filter is longer than {limit} MiB for Elasticsearch: simplify it"
                )));
            }
        })
    }

    /// A query that has these inside.
    fn around(inside: Vec<Nested>, query: impl FnOnce(Vec<Value>) -> Value) -> Self {
        let Some(inside) = inside.into_iter().map(Nested::for_another).collect::<Option<Vec<_>>>() else {
            return Self::TooLong;
        };
        let depth = 1 + inside.iter().map(|nested| nested.depth).max().unwrap_or_default();
        Self::Query(Nested { query: query(inside.into_iter().map(|nested| nested.query).collect()), depth })
    }

    fn leaf(query: Value) -> Self {
        Self::Query(Nested::leaf(query))
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
        let both = Clause::all([one(), other()]).into_query().unwrap();
        assert_eq!(both.pointer("/bool/filter/0/bool/filter").and_then(Value::as_array).map(Vec::len), Some(2));
    }

    /// How deep a server finds queries nested when it reads this.
    fn depth(query: &Value) -> usize {
        let inside = match query {
            Value::Object(fields) => fields.values().map(depth).max(),
            Value::Array(items) => items.iter().map(depth).max(),
            _ => None,
        };
        let is_query = ["bool", "term", "wrapper"].iter().any(|name| query.get(name).is_some());
        usize::from(is_query) + inside.unwrap_or_default()
    }

    #[test]
    fn no_query_is_nested_deeper_than_a_server_reads() {
        let or_and = |inner| Clause::any([Clause::term("tags", "a"), Clause::all([Clause::term("tags", "b"), inner])]);
        let nested = |times| (0..times).fold(Clause::term("tags", "c"), |inner, _| or_and(inner)).into_query().unwrap();
        assert_eq!(depth(&nested(9)), 20);
        assert!(!nested(9).to_string().contains("wrapper"));
        for times in 10..140 {
            let mut query = nested(times);
            let mut queries = 0;
            loop {
                assert!(depth(&query) <= 20, "{query}");
                let text = query.to_string();
                let Some((_, wrapped)) = text.split_once(r#"{"wrapper":{"query":""#) else { break };
                let wrapped = wrapped.split('"').next().unwrap();
                query = serde_json::from_slice(&BASE64_STANDARD.decode(wrapped).unwrap()).unwrap();
                queries += 1;
            }
            assert!(queries > 0, "{times}");
        }
    }

    #[test]
    fn what_would_become_too_long_is_refused() {
        let long = Clause::any_term("tags", (0..400).map(|tag| format!("{tag:01000}")));
        let deeper = |inner| Clause::all([Clause::term("tags", "b"), Clause::any([Clause::term("tags", "a"), inner])]);
        let nested = |times| (0..times).fold(long.clone(), |inner, _| deeper(inner)).into_query();
        assert!(nested(64).is_ok());
        let Err(SearchError::Unsupported(why)) = nested(5_000) else {
            panic!("it would have more bytes than there are")
        };
        assert!(why.contains("4 MiB"), "{why}");
    }

    #[test]
    fn a_list_is_no_longer_than_a_server_takes() {
        let Clause::Query(Nested { query, .. }) = Clause::any_term("n", 0..140_000) else { panic!("a query") };
        let lists = query.pointer("/bool/should").and_then(Value::as_array).unwrap();
        let lengths: Vec<_> = lists.iter().filter_map(|list| Some(list["terms"]["n"].as_array()?.len())).collect();
        assert_eq!(lengths, [65_536, 65_536, 8_928]);
    }
}
