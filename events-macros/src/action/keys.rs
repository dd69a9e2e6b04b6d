//! What `#[action(…)]` may say.

use crate::arguments::{Key, Keys};

const fn key(name: &'static str, usage: &'static str) -> Key {
    Key { name, usage }
}

pub(crate) const ACTION: Keys = &[
    key("event", "event = \"nuvlabox.reboot\""),
    key("category", "category = \"action\""),
    key("subcategory", "subcategory = \"maintenance\""),
    key("severity", "severity = \"high\""),
    key("resource", "resource = <expression>"),
    key("details", "details(force, size: u64 = body.len())"),
    key("payload", "payload(request = body, outcome, changed)"),
    key("message", "message = \"{caller} rebooted {resource}\""),
    key("linked", "linked = <href>"),
    key("tags", "tags(\"billing\", \"eu\")"),
    key("version", "version = 2"),
    key("created", "created = path::to::function"),
    key("outcome", "outcome = path::to::function"),
    key("refused", "refused = path::to::function"),
    key("deferred", "deferred(within = \"1h\")"),
    key("mandatory", "mandatory"),
    key("bulk", "event = \"nuvlabox.bulk-reboot\""),
    key("ctx", "ctx = <context>"),
    key("allow_anon", "allow_anon"),
    key("on_nested_failure", "on_nested_failure = continue"),
    key("krate", "krate = path::to::events"),
];

pub(crate) const PAYLOAD: Keys = &[
    key("request", "payload(request = <argument>)"),
    key("outcome", "payload(outcome)"),
    key("changed", "payload(changed)"),
];

pub(crate) const DEFERRED: Keys = &[key("within", "deferred(within = \"1h\")")];

/// The values of `on_nested_failure`.
pub(crate) const NESTED_FAILURE: &[&str] = &["refuse", "continue"];
