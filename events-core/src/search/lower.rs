//! From what was written to what stores evaluate.

use std::ops::Bound;

use super::{
    comparison::Comparison,
    dates,
    expression::{Compares, Node, Operand, Operator, Value},
    field::{Field, FieldKind},
    invalid_filter::InvalidFilter,
    number::Number,
    shape::is_well_known_text,
    word_query::{self, Finds},
};
use crate::{keys::Attribute, query::Filter, timestamp::Timestamp, words::words};

/// What a part of a filter finds.
pub(crate) fn filter(node: &Node, now: Timestamp) -> Result<Filter, InvalidFilter> {
    // The parser bounds how deep nodes stand in each other.
    let each = |nodes: &[Node]| nodes.iter().map(|node| filter(node, now)).collect::<Result<Vec<_>, _>>();
    match node {
        Node::And(nodes) => each(nodes).map(Filter::All),
        Node::Or(nodes) => each(nodes).map(Filter::Any),
        Node::Compares(compares) => {
            let Compares { attribute, operator, operand } = compares;
            Attribution { field: Field::at(attribute), attribute, now }.compared(*operator, operand)
        }
    }
}

/// The attribute that something is said of.
struct Attribution<'n> {
    field: Field,
    /// As it is written.
    attribute: &'n str,
    now: Timestamp,
}

fn not(filter: Filter) -> Filter {
    Filter::Not(Box::new(filter))
}

impl Attribution<'_> {
    fn compared(&self, operator: Operator, operand: &Operand) -> Result<Filter, InvalidFilter> {
        match (operator, operand) {
            (Operator::Is, operand) => self.is(operand),
            (Operator::IsNot, operand) => self.is(operand).map(not),
            (Operator::StartsWith, Operand::Value(value)) => self.starts_with(&value.text()),
            (Operator::HasWords, Operand::Value(value)) => word_query::filter(&value.text(), self).ok_or_else(|| {
                InvalidFilter::new(format!("`{}=='…'` is too long or nested too deep: simplify it", self.attribute))
            }),
            (Operator::Geo(_), Operand::Value(value)) if is_well_known_text(&value.text()) => {
                Ok(Filter::Any(Vec::new()))
            }
            (Operator::Geo(_), operand) => Err(InvalidFilter::new(format!(
                "invalid WKT format {operand}. It should be a shape such as 'POINT(6.14 46.2)'"
            ))),
            (operator, Operand::Value(value)) => self.in_order(operator, value),
            // The grammar has no other.
            (operator, operand) => Err(InvalidFilter::new(format!(
                "`{}{}{operand}` makes no sense: only values have an order",
                self.attribute,
                operator.as_str()
            ))),
        }
    }

    fn compares(&self, comparison: Comparison) -> Filter {
        Filter::Compares(self.field.clone(), comparison)
    }

    fn has(&self) -> Filter {
        match self.field.keys() {
            Some(attribute) => Filter::Has(attribute.clone()),
            None => self.compares(Comparison::Any),
        }
    }

    fn is(&self, operand: &Operand) -> Result<Filter, InvalidFilter> {
        match operand {
            Operand::Null => Ok(not(self.has())),
            Operand::List(values) => {
                values.iter().map(|value| self.is_value(value)).collect::<Result<_, _>>().map(Filter::Any)
            }
            Operand::Value(value) => self.is_value(value),
            Operand::Boolean(value) => match self.field.kind() {
                FieldKind::Integer | FieldKind::Instant => Err(self.wrong(operand)),
                _ => Ok(self.is_text(if *value { "true" } else { "false" })),
            },
        }
    }

    fn is_value(&self, value: &Value) -> Result<Filter, InvalidFilter> {
        match (self.field.kind(), value) {
            (FieldKind::Integer, value) => {
                let number = self.number(value)?;
                Ok(self.compares(Comparison::Numbers(Bound::Included(number), Bound::Included(number))))
            }
            (FieldKind::Instant, value) | (FieldKind::Detail, value @ Value::Date(_)) => {
                let (first, last) = self.interval(value)?;
                Ok(self.instants(first, last))
            }
            (FieldKind::Boolean, value) if !matches!(&*value.text(), "true" | "false") => Err(self.wrong(value)),
            (_, value) => Ok(self.is_text(&value.text())),
        }
    }

    fn is_text(&self, text: &str) -> Filter {
        match (self.field.kind(), self.field.keys()) {
            (FieldKind::Boolean, Some(Attribute::Outcome)) => {
                Filter::is(Attribute::Outcome, if text == "true" { "completed" } else { "failed" })
            }
            (_, Some(attribute)) => Filter::is(attribute.clone(), text),
            (_, None) => self.compares(Comparison::equals(text)),
        }
    }

    fn starts_with(&self, start: &str) -> Result<Filter, InvalidFilter> {
        match (self.field.kind(), self.field.keys()) {
            (FieldKind::Integer | FieldKind::Instant | FieldKind::Boolean, _) => {
                Err(InvalidFilter::new(format!("`{0}^='{start:.60}'` makes no sense: {0} is no text", self.attribute)))
            }
            (_, Some(attribute)) => Ok(Filter::StartsWith(attribute.clone(), start.to_owned())),
            (_, None) => Ok(self.compares(Comparison::StartsWith(start.to_owned()))),
        }
    }

    /// Before, after, at the latest, at the earliest.
    fn in_order(&self, operator: Operator, value: &Value) -> Result<Filter, InvalidFilter> {
        match (self.field.kind(), value) {
            (FieldKind::Boolean, value) => Err(InvalidFilter::new(format!(
                "`{}{}{value}` makes no sense: true and false have no order",
                self.attribute,
                operator.as_str()
            ))),
            (FieldKind::Integer, value) | (FieldKind::Detail, value @ Value::Integer(_)) => {
                let (from, until) = bounds(operator, self.number(value)?);
                Ok(self.compares(Comparison::Numbers(from, until)))
            }
            (FieldKind::Detail, Value::Text { text, .. }) if !self.is_date(text) => {
                self.texts_in_order(operator, value)
            }
            (FieldKind::Instant | FieldKind::Detail, value) => {
                let (first, last) = self.interval(value)?;
                let before = |at: Timestamp| at.millis().checked_sub(1).filter(|_| at > Timestamp::MIN);
                let behind = |at: Timestamp| at.millis().checked_add(1).filter(|_| at < Timestamp::MAX);
                let range = match operator {
                    Operator::Less => before(first).map(|last| (Timestamp::MIN, Timestamp::from_millis(last))),
                    Operator::AtMost => Some((Timestamp::MIN, last)),
                    Operator::AtLeast => Some((first, Timestamp::MAX)),
                    _ => behind(last).map(|first| (Timestamp::from_millis(first), Timestamp::MAX)),
                };
                let (first, last) = range.unwrap_or((Timestamp::MAX, Timestamp::MIN));
                Ok(self.instants(first, last))
            }
            (_, value) => self.texts_in_order(operator, value),
        }
    }

    #[expect(clippy::unnecessary_wraps, reason = "one of several that may fail")]
    fn texts_in_order(&self, operator: Operator, value: &Value) -> Result<Filter, InvalidFilter> {
        let (from, until) = bounds(operator, value.text().into_owned());
        Ok(self.compares(Comparison::Texts(from, until)))
    }

    fn instants(&self, first: Timestamp, last: Timestamp) -> Filter {
        if self.field.path() == "timestamp" && last < Timestamp::MAX && first <= last {
            return Filter::Time { from: first, until: Timestamp::from_millis(last.millis() + 1) };
        }
        self.compares(Comparison::Instants(first, last))
    }

    fn number(&self, value: &Value) -> Result<Number, InvalidFilter> {
        Number::of_text(&value.text()).ok_or_else(|| self.wrong(value))
    }

    fn interval(&self, value: &Value) -> Result<(Timestamp, Timestamp), InvalidFilter> {
        dates::interval(&value.text(), self.now).ok_or_else(|| {
            InvalidFilter::new(format!(
                "failed to parse date field [{:.60}] of `{}`: write it as 2026-11-24, '2026-11-24T08:15:30Z' or 'now-7d/d'",
                value.text(),
                self.attribute
            ))
        })
    }

    /// Whether a text says when, and not how many milliseconds after the epoch.
    fn is_date(&self, text: &str) -> bool {
        let is_written_as_one = text.as_bytes().get(4) == Some(&b'-') || dates::is_math(text);
        is_written_as_one && dates::interval(text, self.now).is_some()
    }

    fn wrong(&self, value: impl std::fmt::Display) -> InvalidFilter {
        let what = match self.field.kind() {
            FieldKind::Integer => "an integer",
            FieldKind::Instant => "a date",
            FieldKind::Boolean => "true or false",
            _ => "something else",
        };
        InvalidFilter::new(format!("`{}` is {what}, and cannot be compared with {value:.60}", self.attribute))
    }
}

fn bounds<T>(operator: Operator, value: T) -> (Bound<T>, Bound<T>) {
    match operator {
        Operator::Less => (Bound::Unbounded, Bound::Excluded(value)),
        Operator::AtMost => (Bound::Unbounded, Bound::Included(value)),
        Operator::AtLeast => (Bound::Included(value), Bound::Unbounded),
        _ => (Bound::Excluded(value), Bound::Unbounded),
    }
}

/// `fulltext` has words; of every other attribute, values are taken whole.
impl Finds for Attribution<'_> {
    fn word(&self, word: &str) -> Filter {
        match self.field.kind() {
            FieldKind::Words => Filter::text(word),
            FieldKind::Text | FieldKind::Detail => self.is_text(word),
            _ => Filter::Any(Vec::new()),
        }
    }

    fn phrase(&self, phrase: &str) -> Filter {
        match self.field.kind() {
            // Where words stand is not indexed: all of them have to be there.
            FieldKind::Words => match Filter::text(phrase) {
                Filter::Any(words) if !words.is_empty() => Filter::All(words),
                nothing => nothing,
            },
            _ => self.word(phrase),
        }
    }

    fn beginning(&self, start: &str) -> Filter {
        let mut found = Vec::new();
        words(start, &mut |word| found.push(word.into_owned()));
        match (self.field.kind(), found.pop()) {
            (FieldKind::Words, Some(last)) => {
                let whole = found.into_iter().map(|word| Filter::Is(Attribute::Word, word));
                Filter::All(whole.chain([Filter::StartsWith(Attribute::Word, last)]).collect())
            }
            (FieldKind::Words, None) => Filter::Any(Vec::new()),
            _ => self.starts_with(start).unwrap_or(Filter::Any(Vec::new())),
        }
    }
}
