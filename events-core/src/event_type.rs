//! Event types: `<resource-type>.<operation>`, kebab-case, and the suffixes a closing adds.

use std::{borrow::Cow, fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Longest event type that is accepted, in bytes, without the suffix of a closing.
pub(crate) const MAX_EVENT_TYPE: usize = 200;

/// Suffixes that only the framework writes.
const RESERVED: [&str; 3] = ["completed", "failed", "late-ending"];

/// The type of an event as it is stored: `nuvlabox.reboot`, `nuvlabox.reboot.completed`.
///
/// A resource type, a dot, an operation, both kebab-case; a closing or late ending has one of the
/// suffixes `completed`, `failed`, `late-ending` behind another dot.
///
/// ```
/// use events_core::EventType;
///
/// let closing: EventType = "nuvlabox.reboot.failed".parse()?;
/// assert_eq!(closing.resource_type(), "nuvlabox");
/// assert_eq!(closing.operation(), "reboot");
/// assert_eq!(closing.base(), "nuvlabox.reboot");
/// assert!("Nuvlabox.reboot".parse::<EventType>().is_err());
/// # Ok::<(), events_core::InvalidEventType>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventType(Cow<'static, str>);

/// Why a string is not an event type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{given}` is not an event type: {reason}; write `<resource-type>.<operation>` in kebab-case, such as `nuvlabox.reboot`"
)]
pub struct InvalidEventType {
    given: String,
    reason: &'static str,
}

impl EventType {
    /// The type of a declaration, which the macros and the registry have checked.
    pub(crate) const fn declared(text: &'static str) -> Self {
        Self(Cow::Borrowed(text))
    }

    /// The whole type, as stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before the first dot.
    pub fn resource_type(&self) -> &str {
        split(&self.0).0
    }

    /// The part behind the first dot, without a closing's suffix.
    pub fn operation(&self) -> &str {
        split(&self.0).1
    }

    /// The type without a closing's suffix: that of the opening.
    pub fn base(&self) -> &str {
        let (resource_type, operation, _) = split(&self.0);
        &self.0[..resource_type.len() + 1 + operation.len()]
    }

    /// `completed`, `failed` or `late-ending`, where the type has one.
    pub fn suffix(&self) -> Option<&str> {
        split(&self.0).2
    }
}

fn split(text: &str) -> (&str, &str, Option<&str>) {
    let (resource_type, rest) = text.split_once('.').unwrap_or((text, ""));
    match rest.split_once('.') {
        Some((operation, suffix)) => (resource_type, operation, Some(suffix)),
        None => (resource_type, rest, None),
    }
}

/// Whether `word` is kebab-case: `a-z`, digits and single inner hyphens, a letter first.
pub(crate) const fn is_kebab_case(word: &str) -> bool {
    let bytes = word.as_bytes();
    if bytes.is_empty() || !bytes[0].is_ascii_lowercase() || bytes[bytes.len() - 1] == b'-' {
        return false;
    }
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        let hyphen = byte == b'-';
        if !(byte.is_ascii_lowercase() || byte.is_ascii_digit() || hyphen) {
            return false;
        }
        if hyphen && bytes[at - 1] == b'-' {
            return false;
        }
        at += 1;
    }
    true
}

fn check(text: &str) -> Result<(), &'static str> {
    if !text.contains('.') {
        return Err("it has no operation");
    }
    let (resource_type, operation, suffix) = split(text);
    if resource_type.len() + 1 + operation.len() > MAX_EVENT_TYPE {
        return Err("it is longer than 200 bytes");
    }
    if !is_kebab_case(resource_type) {
        return Err("its resource type is not kebab-case");
    }
    if !is_kebab_case(operation) {
        return Err("its operation is not kebab-case");
    }
    if RESERVED.contains(&operation) {
        return Err("its operation is a suffix that is reserved for endings");
    }
    match suffix {
        Some(suffix) if !RESERVED.contains(&suffix) => Err("it has three parts"),
        _ => Ok(()),
    }
}

impl FromStr for EventType {
    type Err = InvalidEventType;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match check(text) {
            Ok(()) => Ok(Self(Cow::Owned(text.to_owned()))),
            Err(reason) => Err(InvalidEventType { given: text.chars().take(80).collect(), reason }),
        }
    }
}

impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for EventType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for EventType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_accepts_and_refuses() {
        for good in ["a.b", "nuvlabox.reboot", "deployment-set.bulk-start", "a1.b2.completed", "a.b.late-ending"] {
            assert!(good.parse::<EventType>().is_ok(), "{good}");
        }
        for bad in [
            "",
            ".",
            "a",
            "a.",
            ".b",
            "A.b",
            "a.B",
            "a b.c",
            "a.b.c",
            "a.b.completed.failed",
            "a.completed",
            "a.failed",
            "a.late-ending",
            "a--b.c",
            "-a.b",
            "a-.b",
            "1a.b",
            "ä.b",
            "a.b\n",
        ] {
            assert!(bad.parse::<EventType>().is_err(), "{bad:?}");
        }
        assert!(format!("a.{}", "b".repeat(300)).parse::<EventType>().is_err());
    }
}
