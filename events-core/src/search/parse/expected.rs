//! What was expected where a filter could not be read on.

use std::cmp::Ordering;

use winnow::{Parser, error::ParserError};

/// What could have stood somewhere: a bit for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Expected(u16);

impl Expected {
    pub(super) const ATTRIBUTE: Self = Self(1);
    pub(super) const OPERATOR: Self = Self(1 << 1);
    pub(super) const STRING: Self = Self(1 << 2);
    pub(super) const INTEGER: Self = Self(1 << 3);
    pub(super) const DATE: Self = Self(1 << 4);
    pub(super) const CONSTANT: Self = Self(1 << 5);
    pub(super) const LIST: Self = Self(1 << 6);
    pub(super) const OPEN: Self = Self(1 << 7);
    pub(super) const CLOSE: Self = Self(1 << 8);
    pub(super) const JOIN: Self = Self(1 << 9);
    pub(super) const END: Self = Self(1 << 10);
    pub(super) const SEPARATOR: Self = Self(1 << 11);
    pub(super) const CLOSE_LIST: Self = Self(1 << 12);

    const NAMES: [(Self, &'static [&'static str]); 13] = [
        (Self::ATTRIBUTE, &["an attribute"]),
        (
            Self::OPERATOR,
            &["=", "!=", "<", "<=", ">=", ">", "^=", "==", "intersects", "disjoint", "within", "contains"],
        ),
        (Self::STRING, &["a string in quotes"]),
        (Self::INTEGER, &["an integer"]),
        (Self::DATE, &["a date"]),
        (Self::CONSTANT, &["true", "false", "null"]),
        (Self::LIST, &["["]),
        (Self::OPEN, &["("]),
        (Self::CLOSE, &[")"]),
        (Self::JOIN, &["and", "or"]),
        (Self::END, &["the end"]),
        (Self::SEPARATOR, &[","]),
        (Self::CLOSE_LIST, &["]"]),
    ];

    pub(super) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all of these could have stood there.
    pub(super) fn has(self, all: Self) -> bool {
        self.0 & all.0 == all.0
    }

    pub(super) fn names(self) -> Vec<&'static str> {
        let named = Self::NAMES.iter().filter(|(one, _)| self.0 & one.0 != 0);
        named.flat_map(|(_, names)| names.iter().copied()).collect()
    }
}

/// Where reading got stuck: as far behind as any of the ways that were tried.
#[derive(Clone, Debug)]
pub(super) struct Stuck {
    /// Bytes that were left.
    pub(super) left: usize,
    pub(super) expected: Expected,
    /// Something is too large to be read at all.
    pub(super) limit: Option<String>,
}

impl Stuck {
    pub(super) fn limit(why: String) -> Self {
        Self { left: 0, expected: Expected(0), limit: Some(why) }
    }
}

impl<'t> ParserError<&'t str> for Stuck {
    type Inner = Self;

    fn from_input(input: &&'t str) -> Self {
        Self { left: input.len(), expected: Expected(0), limit: None }
    }

    fn into_inner(self) -> Result<Self::Inner, Self> {
        Ok(self)
    }

    fn or(self, other: Self) -> Self {
        if self.limit.is_some() {
            return self;
        }
        match self.left.cmp(&other.left) {
            Ordering::Less if other.limit.is_none() => self,
            Ordering::Equal if other.limit.is_none() => Self { expected: self.expected.or(other.expected), ..self },
            _ => other,
        }
    }
}

/// A parser that expects something where it begins, or gets stuck there.
pub(super) fn expecting<'t, T>(
    expected: Expected,
    mut parser: impl Parser<&'t str, T, Stuck>,
) -> impl FnMut(&mut &'t str) -> Result<T, Stuck> {
    move |input| {
        let start = *input;
        parser.parse_next(input).map_err(|stuck| {
            *input = start;
            Stuck { left: start.len(), expected, limit: stuck.limit }
        })
    }
}
