//! Filters and viewers as queries: exactly what [`Filter::finds`] answers, said to the server.

use std::{collections::BTreeMap, ops::Bound};

use events_core::{
    Attribute, Comparison, Field, FieldKind, Filter, Number, SearchError, Timestamp, Viewer, Visibility,
};
use serde_json::{Value, json};

use crate::{
    clause::Clause,
    document::{instant_start, instant_term, number_start, number_term, pair_start},
};

/// The events that `viewer` finds with `filter`.
///
/// # Errors
/// The filter asks for what the server was not told.
pub(crate) fn found_by(filter: &Filter, viewer: &Viewer) -> Result<Clause, SearchError> {
    seen_from(Visibility::Meta, filter, viewer)
}

/// Those of the events that `viewer` finds with `filter` of which the attribute may be shown.
///
/// # Errors
/// The filter asks for what the server was not told.
pub(crate) fn shown_by(filter: &Filter, viewer: &Viewer, field: &Field) -> Result<Clause, SearchError> {
    seen_from(field.visible_from(), filter, viewer)
}

/// Those of the events that `viewer` finds with `filter` of which less is seen than this.
///
/// # Errors
/// The filter asks for what the server was not told.
pub(crate) fn seen_below(least: Visibility, filter: &Filter, viewer: &Viewer) -> Result<Clause, SearchError> {
    Ok(Clause::all([found_by(filter, viewer)?, seen_from(least, &Filter::everything(), viewer)?.not()]))
}

/// Of the events of which the viewer sees at least so much.
fn seen_from(least: Visibility, filter: &Filter, viewer: &Viewer) -> Result<Clause, SearchError> {
    if viewer.is_admin() {
        return known(filter, Visibility::Everything, true);
    }
    let mut seen = Vec::new();
    // Who sees the ACL sees the data, and finds more by it only where the filter asks for it.
    if least == Visibility::Everything || asks_for_acl(filter) {
        seen.push(Clause::all([sees_acl(viewer), known(filter, Visibility::Everything, true)?]));
    }
    if least <= Visibility::Data {
        seen.push(Clause::all([sees(viewer, "keys.data"), known(filter, Visibility::Data, true)?]));
    }
    if least <= Visibility::Meta {
        let in_part = Clause::all([sees(viewer, "keys.meta"), sees(viewer, "keys.data").not()]);
        seen.push(Clause::all([in_part, known(filter, Visibility::Meta, true)?]));
    }
    Ok(Clause::any(seen))
}

fn sees(viewer: &Viewer, field: &str) -> Clause {
    Clause::any_term(field, viewer.claims().iter().map(|claim| claim.as_str()))
}

fn sees_acl(viewer: &Viewer) -> Clause {
    Clause::any(["acl.owners", "acl.view-acl", "acl.edit-acl"].map(|field| sees(viewer, field)))
}

fn asks_for_acl(filter: &Filter) -> bool {
    match filter {
        Filter::All(filters) | Filter::Any(filters) => filters.iter().any(asks_for_acl),
        Filter::Not(filter) => asks_for_acl(filter),
        Filter::Compares(field, _) => field.visible_from() == Visibility::Everything,
        _ => false,
    }
}

/// The events of which it is known that the filter holds, or where not `holds`, that it does not, by
/// what is seen with this visibility. Of what depends on something hidden neither is known.
fn known(filter: &Filter, visibility: Visibility, holds: bool) -> Result<Clause, SearchError> {
    let each = |filters: &[Filter]| {
        filters.iter().map(|filter| known(filter, visibility, holds)).collect::<Result<Vec<_>, _>>()
    };
    let of = |visible_from: Visibility, clause: Clause| match clause {
        _ if visibility < visible_from => Clause::Nothing,
        clause if holds => clause,
        clause => clause.not(),
    };
    Ok(match filter {
        // That all hold is known where it is of each; that they do not, where it is of one.
        Filter::All(filters) if holds => Clause::all(each(filters)?),
        Filter::All(filters) => Clause::any(each(filters)?),
        Filter::Any(filters) => {
            let (values, others) = values_by_field(filters)?;
            let values = values.into_iter().map(|((field, visible_from), values)| {
                let clause = match &*values {
                    [value] => Clause::term(&field, value.clone()),
                    _ => Clause::any_term(&field, values),
                };
                of(visible_from, clause)
            });
            let others = others.into_iter().map(|filter| known(filter, visibility, holds));
            let clauses = values.map(Ok).chain(others).collect::<Result<Vec<_>, SearchError>>()?;
            if holds { Clause::any(clauses) } else { Clause::all(clauses) }
        }
        Filter::Not(filter) => known(filter, visibility, !holds)?,
        Filter::Is(attribute, value) => of(attribute.visible_from(), Place::of_keys(attribute)?.is(value)),
        Filter::StartsWith(attribute, start) => {
            of(attribute.visible_from(), Place::of_keys(attribute)?.starts_with(start))
        }
        Filter::Has(attribute) => of(attribute.visible_from(), Place::of_keys(attribute)?.has_any()),
        Filter::Time { from, until } => {
            let (from, until) = (Bound::Included(json!(from)), Bound::Excluded(json!(until)));
            of(Visibility::Meta, Clause::range("timestamp", from, until))
        }
        Filter::Compares(field, comparison) => of(field.visible_from(), compared(field, comparison)?),
        other => return Err(SearchError::Unsupported(format!("Elasticsearch was not taught {other:?}"))),
    })
}

/// A field, and from where it is seen.
type SeenField = (String, Visibility);

/// Values that are asked for, by the field that has them.
type Values = BTreeMap<SeenField, Vec<Value>>;

/// Several values of one field are one term query: clauses are limited, terms are not.
fn values_by_field(filters: &[Filter]) -> Result<(Values, Vec<&Filter>), SearchError> {
    let (mut values, mut others) = (Values::new(), Vec::new());
    for filter in filters {
        match value_of_field(filter)? {
            Some((field, value)) => values.entry(field).or_default().push(value),
            None => others.push(filter),
        }
    }
    Ok((values, others))
}

/// The one value that a filter asks for, where it is a term of a field.
fn value_of_field(filter: &Filter) -> Result<Option<(SeenField, Value)>, SearchError> {
    Ok(match filter {
        Filter::Is(attribute, value) => {
            let (field, term) = match Place::of_keys(attribute)? {
                Place::Own(field) => (field, value.clone()),
                Place::Pairs(start) => (PAIRS.to_owned(), format!("{start}{value}")),
                Place::Success | Place::Nowhere => return Ok(None),
            };
            Some(((field, attribute.visible_from()), term.into()))
        }
        Filter::Compares(field, comparison) => match (Place::of(field)?, equal_to(comparison, field.kind())) {
            (Place::Own(own), Some(value)) => Some(((own, field.visible_from()), value)),
            _ => None,
        },
        _ => None,
    })
}

/// The one value for which a comparison holds, where a term says the same.
fn equal_to(comparison: &Comparison, kind: FieldKind) -> Option<Value> {
    match (comparison, kind) {
        (Comparison::Texts(Bound::Included(from), Bound::Included(until)), FieldKind::Text) if from == until => {
            Some(json!(from))
        }
        (Comparison::Numbers(Bound::Included(from), Bound::Included(until)), FieldKind::Integer) if from == until => {
            // A term that the field cannot hold is an error, which a range is not.
            let (value, most) = (from.get(), f64::from(i32::MAX));
            (value.fract() == 0.0 && value.abs() <= most).then(|| json!(value as i64))
        }
        _ => None,
    }
}

/// The events that have a value of which this is true.
fn compared(field: &Field, comparison: &Comparison) -> Result<Clause, SearchError> {
    let place = Place::of(field)?;
    let unsupported =
        || SearchError::Unsupported(format!("Elasticsearch cannot compare `{field}` like this: {comparison:?}"));
    Ok(match (&place, comparison, field.kind()) {
        (Place::Nowhere, ..) => Clause::Nothing,
        (place, Comparison::Any, _) => place.has_any(),
        (Place::Success, comparison, _) => {
            let fitting = OUTCOMES.into_iter().filter(|(_, outcome)| comparison.holds(field.of_key(outcome)));
            Clause::any(fitting.map(|(success, _)| Clause::term(SUCCESS, success)))
        }
        (Place::Own(field), comparison, FieldKind::Boolean) => {
            let fitting = [true, false].into_iter().filter(|value| comparison.holds(&value.to_string()));
            Clause::any(fitting.map(|value| Clause::term(field, value)))
        }
        (Place::Own(field), Comparison::Numbers(from, until), FieldKind::Integer) => {
            let bound = |bound: &Bound<Number>| bound.as_ref().map(|number| json!(number.get()));
            Clause::range(field, bound(from), bound(until))
        }
        (Place::Own(field), Comparison::Instants(first, last), FieldKind::Instant) => {
            let bound = |at: &Timestamp| Bound::Included(json!(at));
            Clause::range(field, bound(first), bound(last))
        }
        (Place::Own(_), _, FieldKind::Integer | FieldKind::Instant) => return Err(unsupported()),
        (place, Comparison::StartsWith(start), _) => place.starts_with(start),
        (Place::Own(field), Comparison::Texts(from, until), _) => {
            let bound = |bound: &Bound<String>| bound.as_ref().map(|text| json!(text));
            Clause::range(field, bound(from), bound(until))
        }
        (Place::Pairs(start), Comparison::Texts(from, until), _) => in_terms(
            PAIRS,
            start,
            from.as_ref().map(|text| format!("{start}{text}")),
            until.as_ref().map(|text| format!("{start}{text}")),
        ),
        (Place::Pairs(start), Comparison::Numbers(from, until), _) => {
            let bound = |bound: &Bound<Number>| bound.as_ref().map(|number| number_term(start, *number));
            in_terms(ORDERED, &number_start(start), bound(from), bound(until))
        }
        (Place::Pairs(start), Comparison::Instants(first, last), _) => {
            let term = |at: &Timestamp| Bound::Included(instant_term(start, *at));
            in_terms(ORDERED, &instant_start(start), term(first), term(last))
        }
        _ => return Err(unsupported()),
    })
}

/// Documents that have one of the terms with this start that lie between two of them.
fn in_terms(field: &str, start: &str, from: Bound<String>, until: Bound<String>) -> Clause {
    let text = |bound: Bound<String>| bound.map(Value::from);
    let from = match from {
        Bound::Unbounded => Bound::Included(json!(start)),
        from => text(from),
    };
    let until = match until {
        // Every start ends with this.
        Bound::Unbounded => Bound::Excluded(json!(format!("{}>", start.trim_end_matches('=')))),
        until => text(until),
    };
    Clause::range(field, from, until)
}

/// Where the values of an attribute stand on the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In a field of their own.
    Own(String),
    /// Among the terms of all details, behind this start.
    Pairs(String),
    /// `success`, which is `true` or `false`.
    Success,
    /// Not indexed: it counts as missing.
    Nowhere,
}

pub(crate) const PAIRS: &str = "keys.pairs";

/// The details that read as numbers or as points in time, as terms in their order.
pub(crate) const ORDERED: &str = "keys.ordered";

pub(crate) const SUCCESS: &str = "success";

/// What the attribute says where `success` is the one or the other.
pub(crate) const OUTCOMES: [(bool, &str); 2] = [(true, "completed"), (false, "failed")];

impl Place {
    /// # Errors
    /// An attribute that is newer than this.
    pub(crate) fn of(field: &Field) -> Result<Self, SearchError> {
        match field.keys() {
            Some(attribute) => Self::of_keys(attribute),
            None if field.is_known() => Ok(Self::Own(field.path().to_owned())),
            None => Ok(Self::Nowhere),
        }
    }

    fn of_keys(attribute: &Attribute) -> Result<Self, SearchError> {
        let field = match attribute {
            Attribute::Href => "resource.href",
            Attribute::ResourceType => "resource.type",
            Attribute::EventType => "event-type",
            Attribute::Phase => "phase",
            Attribute::Name => "keys.name",
            Attribute::Category => "category",
            Attribute::Severity => "severity",
            Attribute::Outcome => return Ok(Self::Success),
            Attribute::Reason => "failure.reason",
            Attribute::User => "authn-info.user-id",
            Attribute::ActiveClaim => "authn-info.active-claim",
            Attribute::Session => "authn-info.session-id",
            Attribute::Claim => "authn-info.claims",
            Attribute::Root => "root",
            Attribute::Parent => "parent",
            Attribute::Linked => "linked-identifiers",
            Attribute::Tag => "tags",
            Attribute::Detail(path) => return Ok(Self::Pairs(pair_start(path))),
            Attribute::Word => "keys.words",
            other => return Err(SearchError::Unsupported(format!("Elasticsearch was not told of {other:?}"))),
        };
        Ok(Self::Own(field.to_owned()))
    }

    /// What the terms of an attribute begin with that shares its field with others.
    pub(crate) fn start(&self) -> Option<&str> {
        match self {
            Self::Pairs(start) => Some(start),
            Self::Own(_) | Self::Success | Self::Nowhere => None,
        }
    }

    fn is(&self, value: &str) -> Clause {
        match self {
            Self::Own(field) => Clause::term(field, value),
            Self::Pairs(start) => Clause::term(PAIRS, format!("{start}{value}")),
            Self::Success => Self::outcomes(|outcome| outcome == value),
            Self::Nowhere => Clause::Nothing,
        }
    }

    fn starts_with(&self, start: &str) -> Clause {
        match self {
            Self::Own(field) if start.is_empty() => Clause::exists(field),
            Self::Own(field) => Clause::prefix(field, start),
            Self::Pairs(pair) => Clause::prefix(PAIRS, &format!("{pair}{start}")),
            Self::Success => Self::outcomes(|outcome| outcome.starts_with(start)),
            Self::Nowhere => Clause::Nothing,
        }
    }

    fn has_any(&self) -> Clause {
        self.starts_with("")
    }

    fn outcomes(fits: impl Fn(&str) -> bool) -> Clause {
        let fitting = OUTCOMES.into_iter().filter(|(_, outcome)| fits(outcome));
        Clause::any(fitting.map(|(success, _)| Clause::term(SUCCESS, success)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clause::Nested;

    fn not(filter: Filter) -> Filter {
        Filter::Not(Box::new(filter))
    }

    #[test]
    fn what_is_hidden_is_never_asked_for() {
        let hidden = || Filter::is(Attribute::Category, "state");
        let shown = || Filter::is(Attribute::Tag, "blue");
        let table = [
            (hidden(), Clause::Nothing),
            (not(hidden()), Clause::Nothing),
            (Filter::Has(Attribute::Detail("x".into())), Clause::Nothing),
            (Filter::Any(vec![shown(), hidden()]), Clause::term("tags", "blue")),
            (Filter::All(vec![shown(), hidden()]), Clause::Nothing),
            (not(Filter::All(vec![shown(), hidden()])), Clause::term("tags", "blue").not()),
            (not(Filter::Any(vec![shown(), hidden()])), Clause::Nothing),
            (Filter::everything(), Clause::Everything),
        ];
        for (filter, expected) in table {
            assert_eq!(known(&filter, Visibility::Meta, true).unwrap(), expected, "{filter:?}");
        }
    }

    #[test]
    fn nesting_that_decides_nothing_does_not_nest_queries() {
        let tag = || Filter::is(Attribute::Tag, "blue");
        let nested = (0..40).fold(tag(), |filter, _| not(not(Filter::All(vec![filter]))));
        assert_eq!(known(&nested, Visibility::Data, true).unwrap(), Clause::term("tags", "blue"));
    }

    #[test]
    fn a_list_of_values_is_one_clause() {
        let texts =
            (0..5_000).map(|number| Filter::Compares(Field::at("subcategory"), Comparison::equals(number.to_string())));
        let number = |value: f64| {
            let value = Bound::Included(Number::new(value).unwrap());
            Filter::Compares(Field::at("duration-ms"), Comparison::Numbers(value, value))
        };
        let filter = Filter::Any(texts.chain([1.0, 2.0, 2.5, 1e12].map(number)).collect());
        let Clause::Query(Nested { query, .. }) = known(&filter, Visibility::Data, true).unwrap() else {
            panic!("a query")
        };
        let clauses = query.pointer("/bool/should").and_then(Value::as_array).unwrap();
        assert_eq!(clauses[0], json!({ "terms": { "duration-ms": [1, 2] } }));
        assert_eq!(clauses[1]["terms"]["subcategory"].as_array().map(Vec::len), Some(5_000));
        assert_eq!(clauses.len(), 4, "what no term of the field can be is a range: {:?}", &clauses[2..]);
        assert!(clauses[2..].iter().all(|clause| clause.get("range").is_some()));
        let not = known(&not(filter), Visibility::Data, true).unwrap();
        let Clause::Query(Nested { query, .. }) = not else { panic!("a query") };
        assert_eq!(query.pointer("/bool/filter").and_then(Value::as_array).map(Vec::len), Some(4));
    }

    #[test]
    fn nobody_finds_nothing() {
        let nobody = Viewer::with_claims([]);
        assert_eq!(found_by(&Filter::everything(), &nobody).unwrap(), Clause::Nothing);
    }
}
