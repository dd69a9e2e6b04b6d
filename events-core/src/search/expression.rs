//! The filter language: what people and programs write to find events.

use std::{borrow::Cow, fmt, str::FromStr};

use super::{invalid_filter::InvalidFilter, lower, parse};
use crate::{query::Filter, timestamp::Timestamp};

/// A filter as it is written: CIMI's filter language, as existing clients use it.
///
/// Comparisons are joined by `and` and `or`, of which `and` binds tighter, and grouped by parentheses. An attribute
/// is a path with `/`; it may stand on either side of `=`, `!=`, `<`, `<=`, `>=`, `>`, `^=` (starts with) and `==` (has
/// words, see below). Values are strings in single or double quotes, unsigned integers, dates, `true`, `false`, `null`,
/// and lists, of which one value has to fit. Dates may be worked out, in quotes: `'now-7d/d'`.
///
/// `fulltext=='…'` finds words, of which one has to be there; `+` requires both sides, `|` one of them, `-` in
/// front excludes, `*` behind finds beginnings, and `( )` groups.
///
/// What it prints reads as the same filter. What nobody needs is refused with a message that says so: parentheses
/// nested deeper than 128, lists of more than 10,000 values, 20,000 comparisons and values, 512 KiB.
///
/// ```
/// use events_core::{FilterExpression, Query, Timestamp, Viewer};
///
/// let text = "category='action' and (success=false or severity=['high' 'critical']) and created>='now-7d'";
/// let expression: FilterExpression = text.parse()?;
/// let query = Query::new(Viewer::admin()).filter(expression.filter(Timestamp::from_millis(1_764_000_000_000))?);
///
/// let wrong = "category='missing end quote".parse::<FilterExpression>().unwrap_err();
/// assert!(wrong.to_string().starts_with("Invalid CIMI filter. Parse error at line 1, column 11:"));
/// # let _ = query;
/// # Ok::<(), events_core::InvalidFilter>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilterExpression(pub(crate) Node);

/// A part of a filter. Both lists have at least two parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Node {
    And(Vec<Node>),
    Or(Vec<Node>),
    Compares(Compares),
}

/// An attribute compared with something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Compares {
    /// Names with `/`.
    pub(crate) attribute: String,
    pub(crate) operator: Operator,
    pub(crate) operand: Operand,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Is,
    IsNot,
    Less,
    AtMost,
    AtLeast,
    More,
    StartsWith,
    HasWords,
    /// Compares shapes on the earth, which no event has.
    Geo(Relation),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Relation {
    Intersects,
    Disjoint,
    Within,
    Contains,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Operand {
    Value(Value),
    Boolean(bool),
    Null,
    List(Vec<Value>),
}

/// A value that has an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// Whatever stands between the quotes: nothing in it is unescaped.
    Text {
        text: String,
        quote: char,
    },
    Integer(u64),
    /// As it is written.
    Date(String),
}

impl FilterExpression {
    /// Several filters that all have to hold. Each is read on its own: no quote and no parenthesis in one of them
    /// changes what another one means.
    ///
    /// # Errors
    /// One of them is none. Columns are counted as if all of them stood in parentheses, with ` and ` between them.
    pub fn all_of<'t>(texts: impl IntoIterator<Item = &'t str>) -> Result<Self, InvalidFilter> {
        parse::all_of(&texts.into_iter().collect::<Vec<_>>()).map(Self)
    }

    /// Which events it finds, asked now.
    ///
    /// # Errors
    /// What is compared with a point in time is none, or what is compared with a shape.
    pub fn filter(&self, now: Timestamp) -> Result<Filter, InvalidFilter> {
        lower::filter(&self.0, now)
    }
}

impl FromStr for FilterExpression {
    type Err = InvalidFilter;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::all_of([text])
    }
}

impl fmt::Display for FilterExpression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (nodes, between) = match self {
            Self::Compares(compares) => return compares.fmt(f),
            Self::And(nodes) => (nodes, " and "),
            Self::Or(nodes) => (nodes, " or "),
        };
        for (index, node) in nodes.iter().enumerate() {
            if index > 0 {
                f.write_str(between)?;
            }
            match (self, node) {
                (_, Self::Compares(_)) | (Self::Or(_), Self::And(_)) => node.fmt(f)?,
                _ => write!(f, "({node})")?,
            }
        }
        Ok(())
    }
}

impl fmt::Display for Compares {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { attribute, operator, operand } = self;
        match operator {
            Operator::Geo(_) => write!(f, "{attribute} {} {operand}", operator.as_str()),
            _ => write!(f, "{attribute}{}{operand}", operator.as_str()),
        }
    }
}

impl Operator {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Is => "=",
            Self::IsNot => "!=",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::AtLeast => ">=",
            Self::More => ">",
            Self::StartsWith => "^=",
            Self::HasWords => "==",
            Self::Geo(Relation::Intersects) => "intersects",
            Self::Geo(Relation::Disjoint) => "disjoint",
            Self::Geo(Relation::Within) => "within",
            Self::Geo(Relation::Contains) => "contains",
        }
    }
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(value) => value.fmt(f),
            Self::Boolean(value) => value.fmt(f),
            Self::Null => f.write_str("null"),
            Self::List(values) => {
                f.write_str("[")?;
                for (index, value) in values.iter().enumerate() {
                    if index > 0 {
                        f.write_str(", ")?;
                    }
                    value.fmt(f)?;
                }
                f.write_str("]")
            }
        }
    }
}

impl Value {
    /// As attributes that are texts have it.
    pub(crate) fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Text { text, .. } | Self::Date(text) => Cow::Borrowed(text),
            Self::Integer(value) => Cow::Owned(value.to_string()),
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text { text, quote } => write!(f, "{quote}{text}{quote}"),
            Self::Integer(value) => value.fmt(f),
            Self::Date(text) => f.write_str(text),
        }
    }
}
