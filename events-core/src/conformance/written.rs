//! Filters as people write them, with answers worked out from the documents alone: nothing here uses how filters
//! are read, lowered or evaluated elsewhere.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
};

use serde_json::Value;

use crate::{
    acl::Visibility, event::InvalidEvent, id::EventId, identity::Viewer, journal::Entry, older_view::with_older_view,
    timestamp::Timestamp, words::words,
};

mod writer;

pub(super) use writer::Writer;

/// When the filters are asked.
pub(super) const NOW: &str = "2026-03-11T10:20:30.456Z";

/// A filter, as text and as what it means.
#[derive(Clone, Debug)]
pub(super) struct Written {
    pub(super) text: String,
    meaning: Meaning,
}

#[derive(Clone, Debug)]
enum Meaning {
    All(Vec<Meaning>),
    Any(Vec<Meaning>),
    Leaf { path: String, operator: &'static str, operand: Operand },
}

#[derive(Clone, Debug)]
enum Operand {
    Null,
    One(Literal),
    Several(Vec<Literal>),
    /// Words that all have to be there, and words that must not.
    Words(Vec<String>, Vec<String>),
    /// The beginning of a word.
    Beginning(String),
}

/// A value: its text, and what it means.
#[derive(Clone, Debug)]
enum Literal {
    Text(String),
    Integer(u64),
    /// From the one to the other, as texts that are in the order of time.
    Date {
        written: String,
        first: String,
        last: String,
    },
    Boolean(bool),
}

/// An order, as text and as what it means.
#[derive(Clone, Debug)]
pub(super) struct WrittenOrder {
    pub(super) text: String,
    path: String,
    descending: bool,
}

/// The events that are asked about, with the older view of each.
#[derive(Debug)]
pub(super) struct Documents(Vec<Document>);

#[derive(Debug)]
pub(super) struct Document {
    pub(super) id: EventId,
    pub(super) timestamp: Timestamp,
    fields: Value,
    acl: crate::acl::Acl,
}

const TEXTS: [&str; 24] = [
    "id",
    "resource-type",
    "event-type",
    "phase",
    "category",
    "subcategory",
    "severity",
    "resource/href",
    "content/resource/href",
    "resource/type",
    "linked-identifiers",
    "content/linked-identifiers",
    "tags",
    "authn-info/user-id",
    "authn-info/active-claim",
    "authn-info/session-id",
    "authn-info/claims",
    "parent",
    "root",
    "failure/reason",
    "message",
    "description",
    "name",
    "acl/owners",
];
const INSTANTS: [&str; 4] = ["timestamp", "created", "updated", "deadline"];
const INTEGERS: [&str; 3] = ["duration-ms", "failure/status", "version"];
const BOOLEANS: [&str; 2] = ["success", "acl-fallback"];
const DETAILS: [&str; 10] = [
    "details/force",
    "details/delay-seconds",
    "details/old-state",
    "content/state",
    "details/new-state",
    "details/attempts",
    "details/revision",
    "details/target/release",
    "details/parameters",
    "details/ratio",
];
/// What no event has, and what is not indexed.
const MISSING: [&str; 4] = ["payload/name", "resource/content/name", "nothing/there", "created-by"];

impl Documents {
    pub(super) fn of(entries: &[Entry]) -> Result<Self, InvalidEvent> {
        let read = |entry: &Entry| {
            let fields: Value = serde_json::from_slice(&with_older_view(&entry.document)?)?;
            let acl = serde_json::from_value(fields["acl"].clone())?;
            let timestamp = serde_json::from_value(fields["timestamp"].clone())?;
            Ok(Document { id: entry.id, timestamp, fields, acl })
        };
        entries.iter().map(read).collect::<Result<_, _>>().map(Self)
    }

    /// The events that are found, in their order.
    pub(super) fn found(
        &self,
        written: &Written,
        viewer: &Viewer,
        orders: &[WrittenOrder],
    ) -> Vec<(&Document, Visibility)> {
        let seen = self.0.iter().filter_map(|document| Some((document, document.acl.visibility(viewer)?)));
        let mut found: Vec<_> =
            seen.filter(|(document, seen)| written.meaning.holds(document, *seen) == Some(true)).collect();
        found.sort_by(|(one, one_seen), (other, other_seen)| {
            for order in orders {
                let ordering = order.compare(one, *one_seen, other, *other_seen);
                if ordering.is_ne() {
                    return ordering;
                }
            }
            match orders.last() {
                None => (other.timestamp, other.id).cmp(&(one.timestamp, one.id)),
                Some(order) if order.descending => other.id.cmp(&one.id),
                Some(_) => one.id.cmp(&other.id),
            }
        });
        found
    }
}

/// Of which events figures are asked, and of which attribute.
pub(super) const MEASURED: [&str; 14] = [
    "created",
    "timestamp",
    "deadline",
    "duration-ms",
    "failure/status",
    "success",
    "category",
    "tags",
    "description",
    "content/resource/href",
    "content/state",
    "details/delay-seconds",
    "details/parameters",
    "payload/name",
];

/// The values of an attribute in the events that are found.
#[derive(Debug)]
pub(super) struct Measurable {
    /// Each with how many events have it, in the order of their texts.
    pub(super) counts: BTreeMap<String, u64>,
    /// Events that have none.
    pub(super) missing: u64,
}

impl Measurable {
    /// The numbers among the values: milliseconds, where they are points in time.
    pub(super) fn numbers(&self, path: &str) -> Vec<f64> {
        let number = |text: &str| match path {
            path if INSTANTS.contains(&path) => text.parse().ok().map(|at: Timestamp| at.millis() as f64),
            "success" => Some(if text == "true" { 1.0 } else { 0.0 }),
            path if TEXTS.contains(&path) => None,
            _ => text.parse().ok(),
        };
        let each = self.counts.iter().filter_map(|(text, count)| Some((number(text)?, *count)));
        let mut numbers: Vec<f64> = each.flat_map(|(number, count)| (0..count).map(move |_| number)).collect();
        numbers.sort_by(f64::total_cmp);
        numbers
    }
}

impl Documents {
    /// What figures about an attribute are worked out from.
    pub(super) fn measurable(&self, written: &Written, viewer: &Viewer, path: &str) -> Measurable {
        let mut measurable = Measurable { counts: BTreeMap::new(), missing: 0 };
        for (document, seen) in self.found(written, viewer, &[]) {
            if seen < visible_from(path) {
                continue;
            }
            let texts: BTreeSet<String> = document.texts(path).into_iter().collect();
            measurable.missing += u64::from(texts.is_empty());
            texts.into_iter().for_each(|text| *measurable.counts.entry(text).or_default() += 1);
        }
        measurable
    }
}

fn visible_from(path: &str) -> Visibility {
    match path {
        "id" | "resource-type" | "timestamp" | "created" | "updated" | "name" | "description" | "message" | "tags"
        | "parent" | "fulltext" => Visibility::Meta,
        path if path.starts_with("acl/") => Visibility::Everything,
        _ => Visibility::Data,
    }
}

impl Document {
    /// The texts of all values under a path.
    fn texts(&self, path: &str) -> Vec<String> {
        if path == "fulltext" {
            let mut found = Vec::new();
            for path in ["name", "message", "tags"] {
                self.texts(path).iter().for_each(|text| words(text, &mut |word| found.push(word.into_owned())));
            }
            return found;
        }
        if MISSING.contains(&path) {
            return Vec::new();
        }
        let mut values = vec![&self.fields];
        for name in path.split('/') {
            values = values.into_iter().filter_map(|value| value.get(name)).collect();
        }
        let elements = values.into_iter().flat_map(|value| match value {
            Value::Array(items) => items.iter().collect(),
            other => vec![other],
        });
        let text = |value: &Value| match value {
            Value::String(text) => Some(text.clone()),
            Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
            _ => None,
        };
        elements.filter_map(text).collect()
    }
}

impl Meaning {
    fn holds(&self, document: &Document, seen: Visibility) -> Option<bool> {
        match self {
            Self::All(parts) => {
                let parts: Vec<_> = parts.iter().map(|part| part.holds(document, seen)).collect();
                if parts.contains(&Some(false)) { Some(false) } else { (!parts.contains(&None)).then_some(true) }
            }
            Self::Any(parts) => {
                let parts: Vec<_> = parts.iter().map(|part| part.holds(document, seen)).collect();
                if parts.contains(&Some(true)) { Some(true) } else { (!parts.contains(&None)).then_some(false) }
            }
            // No value at all is as good as a constant.
            Self::Leaf { operand: Operand::Several(literals), operator, .. } if literals.is_empty() => {
                Some(*operator == "!=")
            }
            Self::Leaf { path, operator, operand } => (seen >= visible_from(path)).then(|| {
                let texts = document.texts(path);
                match operand {
                    Operand::Null => texts.is_empty() == (*operator == "="),
                    Operand::One(literal) if *operator == "!=" => {
                        !texts.iter().any(|text| literal.compares(path, "=", text))
                    }
                    Operand::One(literal) => texts.iter().any(|text| literal.compares(path, operator, text)),
                    Operand::Several(literals) => {
                        let one =
                            texts.iter().any(|text| literals.iter().any(|literal| literal.compares(path, "=", text)));
                        one == (*operator == "=")
                    }
                    Operand::Words(all, none) => {
                        all.iter().all(|word| texts.contains(word)) && !none.iter().any(|word| texts.contains(word))
                    }
                    Operand::Beginning(start) => texts.iter().any(|text| text.starts_with(start)),
                }
            }),
        }
    }
}

fn fits(ordering: Ordering, operator: &str) -> bool {
    match operator {
        "=" => ordering.is_eq(),
        "<" => ordering.is_lt(),
        "<=" => ordering.is_le(),
        ">" => ordering.is_gt(),
        _ => ordering.is_ge(),
    }
}

impl Literal {
    fn written(&self) -> String {
        match self {
            Self::Text(text) => format!("'{text}'"),
            Self::Integer(value) => value.to_string(),
            Self::Date { written, .. } => written.clone(),
            Self::Boolean(value) => value.to_string(),
        }
    }

    fn compares(&self, path: &str, operator: &str, text: &str) -> bool {
        match self {
            Self::Text(literal) if operator == "^=" => text.starts_with(literal.as_str()),
            Self::Text(literal) => fits(text.cmp(literal.as_str()), operator),
            Self::Boolean(literal) => literal.to_string() == text,
            Self::Integer(literal) if INTEGERS.contains(&path) || (operator != "=" && DETAILS.contains(&path)) => {
                // Generated texts that are no numbers have a letter, or two dots.
                text.parse::<f64>().is_ok_and(|number| fits(number.total_cmp(&(*literal as f64)), operator))
            }
            Self::Integer(literal) => fits(text.cmp(&literal.to_string()), operator),
            Self::Date { first, last, .. } => {
                let is_instant = text.len() == 24 && text.ends_with('Z');
                is_instant
                    && match operator {
                        "=" => first.as_str() <= text && text <= last.as_str(),
                        "<" => text < first.as_str(),
                        "<=" => text <= last.as_str(),
                        ">" => text > last.as_str(),
                        _ => text >= first.as_str(),
                    }
            }
        }
    }
}

impl WrittenOrder {
    fn compare(&self, one: &Document, one_seen: Visibility, other: &Document, other_seen: Visibility) -> Ordering {
        let value = |document: &Document, seen: Visibility| {
            let mut values: Vec<(f64, String)> = if seen >= visible_from(&self.path) {
                document.texts(&self.path).into_iter().map(|text| self.value(text)).collect()
            } else {
                Vec::new()
            };
            values.sort_by(|one, other| one.0.total_cmp(&other.0).then_with(|| one.1.cmp(&other.1)));
            if self.descending { values.pop() } else { (!values.is_empty()).then(|| values.swap_remove(0)) }
        };
        match (value(one, one_seen), value(other, other_seen)) {
            (None, None) => Ordering::Equal,
            (None, Some(_)) => Ordering::Greater,
            (Some(_), None) => Ordering::Less,
            (Some(one), Some(other)) => {
                let ordering = one.0.total_cmp(&other.0).then_with(|| one.1.cmp(&other.1));
                if self.descending { ordering.reverse() } else { ordering }
            }
        }
    }

    /// Numbers before texts.
    fn value(&self, text: String) -> (f64, String) {
        let has_numbers = INTEGERS.contains(&&*self.path) || DETAILS.contains(&&*self.path);
        match text.parse::<f64>() {
            Ok(number) if has_numbers => (number, String::new()),
            _ => (f64::INFINITY, text),
        }
    }
}
