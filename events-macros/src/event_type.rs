//! The grammar of event types, `<resource-type>.<operation>`. No tokens here.

use crate::codes::{self, Code};
use crate::words::{is_kebab, kebab, nearest_kebab, not_kebab};

/// Operations that only closing events have, so no declaration may use them.
pub(crate) const RESERVED: &[&str] = &["completed", "failed", "late-ending"];

/// Operations that belong to every closed set.
pub(crate) const CRUD: [&str; 3] = ["add", "edit", "delete"];

/// A name as a number in types, where names cannot be: FNV-1a, 64 bits.
pub(crate) fn fingerprint(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// An event type that obeys the grammar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EventType {
    pub(crate) resource_type: String,
    pub(crate) operation: String,
}

impl EventType {
    /// Reads `nuvlabox.reboot`; the error is a message and its code.
    pub(crate) fn parse(text: &str) -> Result<Self, (Code, String)> {
        let parts: Vec<&str> = text.split('.').collect();
        if let [rest @ .., suffix] = parts.as_slice()
            && rest.len() > 1
            && RESERVED.contains(suffix)
        {
            return Err((
                codes::RESERVED,
                format!("event `{text}`: `.{suffix}` is added to the closing event: write `{}`", rest.join(".")),
            ));
        }
        let [resource_type, operation] = parts.as_slice() else {
            return Err((codes::EVENT_PARTS, wrong_parts(text, &parts)));
        };
        if !is_kebab(resource_type) || !is_kebab(operation) {
            return Err((codes::NOT_KEBAB, wrong_case(text, resource_type, operation)));
        }
        if let Some(why) = reserved(operation) {
            return Err((codes::RESERVED, format!("event `{text}`: {why}")));
        }
        Ok(EventType { resource_type: (*resource_type).into(), operation: (*operation).into() })
    }

    /// Whether one call is about the type as a whole, so that no resource has to be named.
    pub(crate) fn is_about_the_type(&self) -> bool {
        self.operation == "add" || self.operation.starts_with("bulk-")
    }

    /// Whether the operation adds a resource, whose href is known from the outcome.
    pub(crate) fn adds(&self) -> bool {
        self.operation == "add"
    }
}

/// Checks one operation of a closed set.
pub(crate) fn check_operation(operation: &str) -> Result<(), (Code, String)> {
    if let Some((_, last)) = operation.rsplit_once('.')
        && is_kebab(last)
    {
        return Err((codes::NOT_KEBAB, format!("`{operation}` is an event type: write the operation alone, `{last}`")));
    }
    if !is_kebab(operation) {
        return Err((codes::NOT_KEBAB, not_kebab(operation)));
    }
    match reserved(operation) {
        Some(why) => Err((codes::RESERVED, why)),
        None => Ok(()),
    }
}

/// Why an operation means something else already, where it does.
fn reserved(operation: &str) -> Option<String> {
    if RESERVED.contains(&operation) {
        return Some(format!("`{operation}` is reserved for closing events: choose another operation"));
    }
    if operation == "bulk" {
        return Some("`bulk` does not say what is done to many: write `bulk-<operation>`, such as `bulk-start`".into());
    }
    let single = operation.strip_prefix("bulk-")?;
    if single == "bulk" || single.starts_with("bulk-") {
        return Some(format!("`{operation}` is the bulk form of a bulk form: write `{single}`"));
    }
    RESERVED.contains(&single).then(|| {
        format!("`{operation}`: `{single}` is reserved for closing events, also in bulk: choose another operation")
    })
}

/// Checks the name of a resource type: its hrefs must not be taken for those of events.
pub(crate) fn check_resource_type(name: &str) -> Result<(), (Code, String)> {
    if !is_kebab(name) {
        return Err((codes::NOT_KEBAB, not_kebab(name)));
    }
    if name == "event" {
        let why = "`event` is the resource type of events themselves, whose ids are `event/…`: choose another name, \
                   such as `name = \"calendar-event\"`";
        return Err((codes::RESERVED_TYPE, why.into()));
    }
    Ok(())
}

fn wrong_parts(text: &str, parts: &[&str]) -> String {
    match parts {
        [""] => "the event type is empty: write `<resource-type>.<operation>`".into(),
        [one]
            if let Some((resource_type, operation)) = one.split_once(['/', ':'])
                && let (Some(resource_type), Some(operation)) =
                    (nearest_kebab(resource_type), nearest_kebab(operation)) =>
        {
            format!("event `{text}` has no dot: write `{resource_type}.{operation}`")
        }
        [one] => {
            let resource_type = nearest_kebab(one).unwrap_or_else(|| "nuvlabox".into());
            format!(
                "event `{text}` has no operation: write `<resource-type>.<operation>`, such as `{resource_type}.start`"
            )
        }
        _ => format!("event `{text}` has {} parts: write `<resource-type>.<operation>`", parts.len()),
    }
}

fn wrong_case(text: &str, resource_type: &str, operation: &str) -> String {
    let fix = |part: &str| {
        if is_kebab(part) { Some(kebab(part)) } else { nearest_kebab(part) }
    };
    match (fix(resource_type), fix(operation)) {
        (Some(resource_type), Some(operation)) => {
            format!("event `{text}` is not kebab-case: write `{resource_type}.{operation}`")
        }
        _ => format!("event `{text}` is not kebab-case: write letters a-z, digits and single `-` in both parts"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn event_types_have_a_resource_type_and_an_operation() {
        let parsed = EventType::parse("deployment-set.bulk-start").expect("valid");
        assert_eq!((parsed.resource_type.as_str(), parsed.operation.as_str()), ("deployment-set", "bulk-start"));
        assert!(parsed.is_about_the_type() && !parsed.adds());
        assert!(EventType::parse("nuvlabox.add").expect("valid").adds());
    }

    #[test]
    fn anything_else_is_refused_with_what_to_write() {
        for (text, code, part) in [
            ("", codes::EVENT_PARTS, "is empty"),
            ("nuvlabox", codes::EVENT_PARTS, "such as `nuvlabox.start`"),
            ("nuvlabox/reboot", codes::EVENT_PARTS, "write `nuvlabox.reboot`"),
            ("a.b.c", codes::EVENT_PARTS, "has 3 parts"),
            ("nuvlabox.reboot.completed", codes::RESERVED, "write `nuvlabox.reboot`"),
            ("nuvlabox.reboot.late-ending", codes::RESERVED, "write `nuvlabox.reboot`"),
            ("nuvlabox.failed", codes::RESERVED, "choose another operation"),
            ("Nuvlabox.stateChanged", codes::NOT_KEBAB, "write `nuvlabox.state-changed`"),
            ("nuvlabox.state_changed", codes::NOT_KEBAB, "write `nuvlabox.state-changed`"),
            ("nuvlabox.", codes::NOT_KEBAB, "not kebab-case"),
        ] {
            let (found, message) = EventType::parse(text).expect_err(text);
            assert_eq!(found, code, "{text}: {message}");
            assert!(message.contains(part), "{text}: {message}");
        }
    }

    #[test]
    fn operations_of_a_closed_set_are_single_words() {
        assert!(check_operation("state-changed").is_ok());
        for (operation, code, part) in [
            ("nuvlabox.start", codes::NOT_KEBAB, "`start`"),
            ("Start", codes::NOT_KEBAB, "write `start`"),
            ("completed", codes::RESERVED, "closing events"),
        ] {
            let (found, message) = check_operation(operation).expect_err(operation);
            assert_eq!(found, code);
            assert!(message.contains(part), "{message}");
        }
    }
}
