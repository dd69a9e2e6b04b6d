//! Filters and viewers as queries: exactly what [`Filter::finds`] answers, said to the server.

use events_core::{Attribute, Filter, SearchError, Viewer, Visibility};
use serde_json::json;

use crate::{clause::Clause, document::pair_start};

/// The events that `viewer` finds with `filter`.
///
/// # Errors
/// The filter asks for what the server was not told.
pub(crate) fn found_by(filter: &Filter, viewer: &Viewer) -> Result<Clause, SearchError> {
    if viewer.is_admin() {
        return known(filter, Visibility::Everything, true);
    }
    Ok(Clause::any([with_data(filter, viewer)?, in_part(filter, viewer)?]))
}

/// Those of the events that `viewer` finds with `filter` of which the attribute may be shown.
///
/// # Errors
/// The filter asks for what the server was not told.
pub(crate) fn shown_by(filter: &Filter, viewer: &Viewer, attribute: &Attribute) -> Result<Clause, SearchError> {
    if viewer.is_admin() || attribute.visible_from() <= Visibility::Meta {
        found_by(filter, viewer)
    } else {
        with_data(filter, viewer)
    }
}

/// Of the events whose data the viewer sees.
fn with_data(filter: &Filter, viewer: &Viewer) -> Result<Clause, SearchError> {
    Ok(Clause::all([sees(viewer, "keys.data"), known(filter, Visibility::Data, true)?]))
}

/// Of the events of which the viewer sees only the common attributes.
fn in_part(filter: &Filter, viewer: &Viewer) -> Result<Clause, SearchError> {
    let in_part = Clause::all([sees(viewer, "keys.meta"), sees(viewer, "keys.data").not()]);
    Ok(Clause::all([in_part, known(filter, Visibility::Meta, true)?]))
}

fn sees(viewer: &Viewer, field: &str) -> Clause {
    Clause::any_term(field, viewer.claims().iter().map(|claim| claim.as_str()))
}

/// The events of which it is known that the filter holds, or where not `holds`, that it does not, by
/// what is seen with this visibility. Of what depends on something hidden neither is known.
fn known(filter: &Filter, visibility: Visibility, holds: bool) -> Result<Clause, SearchError> {
    let each = |filters: &[Filter]| {
        filters.iter().map(|filter| known(filter, visibility, holds)).collect::<Result<Vec<_>, _>>()
    };
    let of = |attribute: &Attribute, clause: &dyn Fn(Field) -> Clause| {
        if visibility < attribute.visible_from() {
            return Ok(Clause::Nothing);
        }
        let clause = clause(Field::of(attribute)?);
        Ok(if holds { clause } else { clause.not() })
    };
    match filter {
        // That all hold is known where it is of each; that they do not, where it is of one.
        Filter::All(filters) if holds => Ok(Clause::all(each(filters)?)),
        Filter::All(filters) => Ok(Clause::any(each(filters)?)),
        Filter::Any(filters) if holds => Ok(Clause::any(each(filters)?)),
        Filter::Any(filters) => Ok(Clause::all(each(filters)?)),
        Filter::Not(filter) => known(filter, visibility, !holds),
        Filter::Is(attribute, value) => of(attribute, &|field| field.is(value)),
        Filter::StartsWith(attribute, start) => of(attribute, &|field| field.starts_with(start)),
        Filter::Has(attribute) => of(attribute, &|field| field.has_any()),
        Filter::Time { .. } if visibility < Visibility::Data => Ok(Clause::Nothing),
        Filter::Time { from, until } => {
            let time = Clause::Query(json!({ "range": { "timestamp": { "gte": from, "lt": until } } }));
            Ok(if holds { time } else { time.not() })
        }
        other => Err(SearchError::Unsupported(format!("Elasticsearch was not taught {other:?}"))),
    }
}

/// Where the values of an attribute stand on the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    /// In a field of their own.
    Own(&'static str),
    /// Among the terms of all details, behind this start.
    Pairs(String),
    /// `success`, which is `true` or `false`.
    Success,
}

pub(crate) const PAIRS: &str = "keys.pairs";

pub(crate) const SUCCESS: &str = "success";

/// What the attribute says where `success` is the one or the other.
pub(crate) const OUTCOMES: [(bool, &str); 2] = [(true, "completed"), (false, "failed")];

impl Field {
    /// # Errors
    /// An attribute that is newer than this.
    pub(crate) fn of(attribute: &Attribute) -> Result<Self, SearchError> {
        Ok(Self::Own(match attribute {
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
        }))
    }

    fn is(&self, value: &str) -> Clause {
        match self {
            Self::Own(field) => Clause::term(field, value),
            Self::Pairs(start) => Clause::term(PAIRS, format!("{start}{value}")),
            Self::Success => Self::outcomes(|outcome| outcome == value),
        }
    }

    fn starts_with(&self, start: &str) -> Clause {
        match self {
            Self::Own(field) if start.is_empty() => Clause::exists(field),
            Self::Own(field) => Clause::prefix(field, start),
            Self::Pairs(pair) => Clause::prefix(PAIRS, &format!("{pair}{start}")),
            Self::Success => Self::outcomes(|outcome| outcome.starts_with(start)),
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
    fn nobody_finds_nothing() {
        let nobody = Viewer::with_claims([]);
        assert_eq!(found_by(&Filter::everything(), &nobody).unwrap(), Clause::Nothing);
    }
}
