//! What the details of declared events are to Elasticsearch.
//!
//! Every detail is found by its exact text, whatever it is. Those that are declared with a type that
//! Elasticsearch knows are indexed as that type besides, for ranges and dashboards. A name has one type in an
//! index, so two declarations must not contradict each other; a value that is not of its declared type is
//! left out there, and never makes an event that the server refuses.

use std::collections::BTreeMap;

use events_core::{EventSpec, Location, Registry, Timestamp};
use serde::Serialize;

/// The types that details may have on the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DetailType {
    Boolean,
    Long,
    Double,
    Keyword,
    Date,
}

/// A value of one of these types.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub(crate) enum DetailValue<'k> {
    Boolean(bool),
    Long(i64),
    Double(f64),
    Text(&'k str),
}

impl DetailType {
    /// As mappings name it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Boolean => "boolean",
            Self::Long => "long",
            Self::Double => "double",
            Self::Keyword => "keyword",
            Self::Date => "date",
        }
    }

    /// The reverse of [`name`](Self::name).
    pub(crate) fn named(name: &str) -> Option<Self> {
        [Self::Boolean, Self::Long, Self::Double, Self::Keyword, Self::Date].into_iter().find(|of| of.name() == name)
    }

    /// A detail's text as a value of this type, where it is one.
    pub(crate) fn value(self, text: &str) -> Option<DetailValue<'_>> {
        match self {
            Self::Boolean => text.parse().ok().map(DetailValue::Boolean),
            Self::Long => text.parse().ok().map(DetailValue::Long),
            Self::Double => text.parse().ok().filter(|number: &f64| number.is_finite()).map(DetailValue::Double),
            Self::Keyword => Some(DetailValue::Text(text)),
            Self::Date => text.parse::<Timestamp>().ok().map(|_| DetailValue::Text(text)),
        }
    }

    /// Of a Rust type as the source writes it; none where its values can be anything.
    fn of_rust(written: &str) -> Option<Self> {
        Some(match last_segment(value_type(written)) {
            "bool" => Self::Boolean,
            "u8" | "u16" | "u32" | "u64" | "usize" | "i8" | "i16" | "i32" | "i64" | "isize" | "Duration" => Self::Long,
            "f32" | "f64" => Self::Double,
            "str" | "String" | "char" | "Href" | "AnyHref" | "Claim" | "EventId" | "IpAddr" | "Ipv4Addr"
            | "Ipv6Addr" | "SocketAddr" => Self::Keyword,
            "Timestamp" => Self::Date,
            _ => return None,
        })
    }
}

/// The type of the values in `Option<Vec<&'static str>>`: an index does not tell one value from several.
fn value_type(written: &str) -> &str {
    let written = written.trim();
    if let Some(referred) = written.strip_prefix('&') {
        let referred = referred.trim_start();
        let behind_lifetime = match referred.strip_prefix('\'') {
            Some(lifetime) => lifetime.trim_start_matches(|letter: char| letter.is_alphanumeric() || letter == '_'),
            None => referred,
        };
        return value_type(behind_lifetime.trim_start().trim_start_matches("mut "));
    }
    if let Some(items) = written.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return value_type(items.rsplit_once(';').map_or(items, |(item, _)| item));
    }
    let Some((outer, arguments)) = written.split_once('<') else { return written };
    let holds_values = matches!(
        last_segment(outer),
        "Option" | "Vec" | "VecDeque" | "BTreeSet" | "HashSet" | "Box" | "Rc" | "Arc" | "Cow"
    );
    if !holds_values {
        return written;
    }
    let arguments = arguments.trim_end().strip_suffix('>').unwrap_or(arguments);
    arguments_of(arguments).find(|argument| !argument.starts_with('\'')).map_or(written, value_type)
}

/// Arguments with commas between them, but not inside of others.
fn arguments_of(list: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_i32;
    list.split(move |letter| {
        depth += i32::from(matches!(letter, '<' | '(' | '[')) - i32::from(matches!(letter, '>' | ')' | ']'));
        letter == ',' && depth == 0
    })
    .map(str::trim)
}

/// `Href` of `events::Href<Nuvlabox>`.
fn last_segment(path: &str) -> &str {
    let path = path.split_once('<').map_or(path, |(path, _)| path).trim();
    path.rsplit("::").next().unwrap_or(path).trim()
}

/// The declared details that have a type, by name.
#[derive(Clone, Debug, Default)]
pub(crate) struct DetailTypes(BTreeMap<String, Typed>);

#[derive(Clone, Copy, Debug)]
struct Typed {
    of: DetailType,
    /// Where it is declared; nowhere where only the server knows of it.
    at: Option<Declared>,
}

#[derive(Clone, Copy, Debug)]
struct Declared {
    event_type: &'static str,
    written: &'static str,
    location: Location,
}

impl DetailTypes {
    /// All that is declared; of a contradiction, what comes first.
    pub(crate) fn of(registry: &Registry) -> Self {
        let mut types = BTreeMap::new();
        for (name, typed) in declared(registry) {
            types.entry(name.to_owned()).or_insert(typed);
        }
        Self(types)
    }

    /// A detail that an earlier version or another program declared.
    pub(crate) fn add_foreign(&mut self, name: &str, of: DetailType) {
        self.0.entry(name.to_owned()).or_insert(Typed { of, at: None });
    }

    pub(crate) fn get(&self, name: &str) -> Option<DetailType> {
        self.0.get(name).map(|typed| typed.of)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, DetailType)> {
        self.0.iter().map(|(name, typed)| (&**name, typed.of))
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// What a detail is declared as, in words.
    pub(crate) fn describe(&self, name: &str) -> String {
        match self.0.get(name).and_then(|typed| typed.at) {
            Some(at) => format!("`{}` in event `{}` at {}", at.written, at.event_type, at.location),
            None => "something else".to_owned(),
        }
    }

    /// The contradictions between declarations, with both places.
    pub(crate) fn contradictions(registry: &Registry) -> Vec<String> {
        let mut first: BTreeMap<&str, Typed> = BTreeMap::new();
        let mut found = Vec::new();
        for (name, typed) in declared(registry) {
            let before = *first.entry(name).or_insert(typed);
            if before.of != typed.of
                && let (Some(one), Some(other)) = (before.at, typed.at)
            {
                found.push(format!(
                    "detail `{name}` is `{}` in event `{}` at {} and `{}` in event `{}` at {}: Elasticsearch keeps one \
                     type for a name, so rename one of them",
                    one.written, one.event_type, one.location, other.written, other.event_type, other.location
                ));
            }
        }
        found
    }
}

/// Every declared detail that has a type.
fn declared(registry: &Registry) -> impl Iterator<Item = (&'static str, Typed)> {
    let of_event = |spec: &'static EventSpec| {
        spec.details.iter().filter_map(move |field| {
            let written = field.type_name?;
            let of = DetailType::of_rust(written)?;
            let declared = Declared { event_type: spec.event_type, written, location: spec.location };
            Some((field.name, Typed { of, at: Some(declared) }))
        })
    };
    registry.events().flat_map(move |event| of_event(&event.spec))
}

#[cfg(test)]
mod tests {
    use events_core::{DetailField, EventDeclaration, Registration};

    use super::*;

    #[test]
    fn rust_types_are_what_their_values_are() {
        let table = [
            ("bool", Some(DetailType::Boolean)),
            ("u64", Some(DetailType::Long)),
            ("std::time::Duration", Some(DetailType::Long)),
            ("Option<f32>", Some(DetailType::Double)),
            ("String", Some(DetailType::Keyword)),
            ("&'static str", Some(DetailType::Keyword)),
            ("&mut bool", Some(DetailType::Boolean)),
            ("Option<Vec<&'a str>>", Some(DetailType::Keyword)),
            ("std::borrow::Cow<'static, str>", Some(DetailType::Keyword)),
            ("std::collections::HashSet<u8, Hasher<A, B>>", Some(DetailType::Long)),
            ("[i64; 4]", Some(DetailType::Long)),
            ("&[events::Timestamp]", Some(DetailType::Date)),
            ("Href<Nuvlabox>", Some(DetailType::Keyword)),
            ("Option<events::Href<a::Nuvlabox>>", Some(DetailType::Keyword)),
            ("NuvlaboxStatus", None),
            ("Option<Release>", None),
            ("HashMap<String, u8>", None),
            ("(u8, u8)", None),
            ("T", None),
            ("", None),
        ];
        for (written, expected) in table {
            assert_eq!(DetailType::of_rust(written), expected, "{written}");
        }
    }

    #[test]
    fn a_value_of_another_type_is_left_out() {
        let table = [
            (DetailType::Boolean, "true", Some(DetailValue::Boolean(true))),
            (DetailType::Boolean, "yes", None),
            (DetailType::Long, "-3", Some(DetailValue::Long(-3))),
            (DetailType::Long, "18446744073709551615", None),
            (DetailType::Long, "1.5", None),
            (DetailType::Double, "1e300", Some(DetailValue::Double(1e300))),
            (DetailType::Double, "inf", None),
            (DetailType::Date, "2026-11-24T08:15:30.123Z", Some(DetailValue::Text("2026-11-24T08:15:30.123Z"))),
            (DetailType::Date, "yesterday", None),
            (DetailType::Keyword, "", Some(DetailValue::Text(""))),
        ];
        for (of, text, expected) in table {
            assert_eq!(of.value(text), expected, "{text}");
        }
    }

    #[test]
    fn contradictions_name_both_places() {
        static FIRST: EventDeclaration = EventDeclaration::new(EventSpec {
            details: &[DetailField { name: "size", type_name: Some("u64"), required: true }],
            ..EventSpec::action("a.b", "a", "b", "one", module_path!(), "events-es")
        });
        static SECOND: EventDeclaration = EventDeclaration::new(EventSpec {
            details: &[
                DetailField { name: "size", type_name: Some("Option<String>"), required: false },
                DetailField { name: "force", type_name: Some("bool"), required: false },
            ],
            ..EventSpec::action("a.c", "a", "c", "other", module_path!(), "events-es")
        });
        let registry = Registry::of([Registration::Event(&FIRST), Registration::Event(&SECOND)]);
        let found = DetailTypes::contradictions(&registry);
        assert_eq!(found.len(), 1);
        let places = [FIRST.spec.location.to_string(), SECOND.spec.location.to_string()];
        assert!(places.iter().all(|place| found[0].contains(place)), "{}", found[0]);
        assert_eq!(DetailTypes::of(&registry).get("size"), Some(DetailType::Long));
    }
}
