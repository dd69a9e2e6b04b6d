//! What the server makes of a document: which fields it indexes, and as what.
//!
//! A document stands in an index as it was recorded, with one object more at its end: `keys`, by which
//! events are found (see [`document`](crate::document)). Whatever an application may put in freely,
//! `details`, `payload`, `resource.content`, is kept without being looked at, so that nothing in an event can
//! make the server refuse it; anything unknown beside the fields below is refused.

use std::collections::BTreeMap;

use events_core::Event;
use serde_json::{Map, Value, json};

use crate::{detail_types::DetailTypes, document::LONGEST_TERM};

/// The longest text that is indexed, in characters. No text of an event has more bytes, and so none has more of these.
const MOST_CHARACTERS: usize = Event::LONGEST_TEXT;

/// And the server takes it, or it would refuse the event: its characters, units of UTF-16, have three bytes at most.
const _: () = assert!(3 * MOST_CHARACTERS <= LONGEST_TERM);

const IGNORE_ABOVE: &str = "ignore_above";

/// The mapping of the months.
pub(crate) fn of_months(types: &DetailTypes) -> Value {
    let keyword = || json!({ "type": "keyword", IGNORE_ABOVE: MOST_CHARACTERS });
    let date = || json!({ "type": "date" });
    let kept = || json!({ "type": "object", "enabled": false });
    // Terms of our own making: shorter than the longest that the server takes.
    let terms = || json!({ "type": "keyword" });
    let detail = |of: &'static str| if of == "keyword" { keyword() } else { json!({ "type": of }) };
    let details: Map<String, Value> = types.iter().map(|(name, of)| (name.to_owned(), detail(of.name()))).collect();
    let rights = ["view-meta", "view-data", "view-acl", "edit-meta", "edit-data", "edit-acl", "manage", "delete"];
    let acl: Map<String, Value> = rights.into_iter().chain(["owners"]).map(|of| (of.to_owned(), keyword())).collect();
    let keys = json!({
        "name": keyword(),
        "words": terms(),
        "pairs": terms(),
        "ordered": terms(),
        "data": terms(),
        "meta": terms(),
        // Somebody may have replaced the template by one that does not know the newest of them.
        "details": { "dynamic": false, "properties": details },
    });
    json!({
        "dynamic": "strict",
        "properties": {
            "id": keyword(),
            "resource-type": keyword(),
            "event-type": keyword(),
            "phase": keyword(),
            "category": keyword(),
            "subcategory": keyword(),
            "severity": keyword(),
            "timestamp": date(),
            "created": date(),
            "resource": {
                "properties": { "href": keyword(), "type": keyword(), "content": kept() },
            },
            "linked-identifiers": keyword(),
            "tags": keyword(),
            "authn-info": {
                "properties": {
                    "user-id": keyword(),
                    "active-claim": keyword(),
                    "session-id": keyword(),
                    "claims": keyword(),
                },
            },
            "parent": keyword(),
            "root": keyword(),
            "process": keyword(),
            "deadline": date(),
            "success": { "type": "boolean" },
            "failure": {
                "properties": { "reason": keyword(), "status": { "type": "integer" }, "message": keyword() },
            },
            "duration-ms": { "type": "long" },
            "message": keyword(),
            "details": kept(),
            "payload": kept(),
            "acl": { "properties": acl },
            "acl-fallback": { "type": "boolean" },
            "traceparent": keyword(),
            "version": { "type": "long" },
            "legacy-id": keyword(),
            // Found by its key.
            "name": { "type": "keyword", "index": false, "doc_values": false },
            "keys": { "properties": keys },
        },
    })
}

/// Where the types of details stand, as [`fields_of`] names it.
pub(crate) const DETAILS: &str = "keys.details.";

/// What a mapping says of a field.
#[derive(Debug)]
pub(crate) struct Field {
    /// Its type.
    pub(crate) of: String,
    /// A longer text is not indexed.
    longest: Option<u64>,
}

/// The fields of a mapping, by their paths. An object without a type of its own is one by its fields.
pub(crate) fn fields_of(mapping: &Value) -> BTreeMap<String, Field> {
    let mut fields = BTreeMap::new();
    collect(mapping, "", &mut fields);
    fields
}

fn collect(mapping: &Value, path: &str, found: &mut BTreeMap<String, Field>) {
    let Some(fields) = mapping.get("properties").and_then(Value::as_object) else { return };
    for (name, field) in fields {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        if let Some(of) = field.get("type").and_then(Value::as_str) {
            let longest = field.get(IGNORE_ABOVE).and_then(Value::as_u64);
            found.insert(path.clone(), Field { of: of.to_owned(), longest });
        }
        collect(field, &path, found);
    }
}

/// How two mappings compare.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Difference {
    /// Whether fields are missing that can be added, or index less than they could.
    pub(crate) grows: bool,
    /// Fields of another type: path, type there, type wanted.
    pub(crate) contradictions: Vec<(String, String, String)>,
}

/// What it takes to make of the mapping `there` one that has all that is wanted.
pub(crate) fn difference(there: &Value, wanted: &Value) -> Difference {
    let (there, wanted) = (fields_of(there), fields_of(wanted));
    let mut difference = Difference::default();
    for (path, wanted) in wanted {
        match there.get(&path) {
            None => difference.grows = true,
            Some(there) if there.of != wanted.of => {
                difference.contradictions.push((path, there.of.clone(), wanted.of));
            }
            Some(there) => {
                let longer = |there: u64| wanted.longest.is_none_or(|wanted| there < wanted);
                difference.grows |= there.longest.is_some_and(longer);
            }
        }
    }
    difference
}

#[cfg(test)]
mod tests {
    use events_core::{AboutResource, Acl, Caller, Event, EventId, Failure, Phase, Reason, Severity, Timestamp};

    use super::*;
    use crate::detail_types::DetailType;

    fn mapping(details: &[(&str, DetailType)]) -> Value {
        let mut types = DetailTypes::default();
        details.iter().for_each(|(name, of)| types.add_foreign(name, *of));
        of_months(&types)
    }

    /// An event that has every field there is: a new one does not compile here, and is added to the mapping too.
    fn everything() -> Event {
        let id = EventId::from_u128(7);
        let at = Timestamp::from_millis(0);
        let jane = Caller::user("user/jane").and_then(|caller| caller.in_session("session/1")).unwrap();
        Event {
            id,
            resource_type: "event".into(),
            event_type: "a.b.failed".parse().unwrap(),
            phase: Phase::Failed,
            category: "action".to_owned(),
            subcategory: Some("x".to_owned()),
            severity: Severity::Low,
            timestamp: at,
            created: at,
            resource: AboutResource {
                href: Some("a/1".to_owned()),
                resource_type: "a".to_owned(),
                content: Some(json!({ "x": 1 })),
            },
            linked_identifiers: vec!["job/1".to_owned()],
            tags: vec!["x".to_owned()],
            authn_info: jane,
            parent: Some(id),
            root: Some(id),
            process: Some("x".to_owned()),
            deadline: Some(at),
            success: Some(false),
            failure: Some(Failure::new(Reason::Error).because("x").with_status(500)),
            duration_ms: Some(1),
            message: Some("x".to_owned()),
            details: Map::from_iter([("x".to_owned(), json!(1))]),
            payload: Some(json!({ "x": 1 })),
            acl: Acl::admin(),
            acl_fallback: true,
            traceparent: Some("x".to_owned()),
            version: Some(1),
            legacy_id: Some("x".to_owned()),
            name: Some("x".to_owned()),
        }
    }

    /// What of a document a strict mapping does not know.
    fn unknown(document: &Value, mapping: &Value, path: &str) -> Vec<String> {
        let fields = document.as_object().into_iter().flatten();
        let unknown = fields.flat_map(|(name, value)| match mapping["properties"].get(name) {
            None => vec![format!("{path}{name}")],
            Some(field) if field["enabled"] == false => Vec::new(),
            Some(field) => unknown(value, field, &format!("{path}{name}.")),
        });
        unknown.collect()
    }

    #[test]
    fn every_field_of_an_event_is_known() {
        let document = serde_json::to_value(everything()).unwrap();
        assert_eq!(document.as_object().map(Map::len), Some(29));
        assert_eq!(unknown(&document, &mapping(&[]), ""), [""; 0]);
    }

    #[test]
    fn a_new_detail_grows_a_mapping_and_another_type_contradicts_it() {
        let there = mapping(&[("size", DetailType::Long)]);
        assert_eq!(difference(&there, &there), Difference::default());
        let more = mapping(&[("size", DetailType::Long), ("force", DetailType::Boolean)]);
        assert_eq!(difference(&there, &more), Difference { grows: true, contradictions: Vec::new() });
        assert_eq!(difference(&more, &there), Difference::default(), "what is there already may be more");
        let other = mapping(&[("size", DetailType::Keyword)]);
        let contradiction = ("keys.details.size".to_owned(), "long".to_owned(), "keyword".to_owned());
        assert_eq!(difference(&there, &other).contradictions, [contradiction]);
    }

    #[test]
    fn a_month_that_indexes_shorter_texts_grows() {
        let wanted = mapping(&[("by", DetailType::Keyword)]);
        for path in ["/properties/message", "/properties/keys/properties/details/properties/by"] {
            let mut there = wanted.clone();
            there.pointer_mut(path).unwrap()[IGNORE_ABOVE] = json!(8_191);
            assert_eq!(difference(&there, &wanted), Difference { grows: true, contradictions: Vec::new() });
            assert_eq!(difference(&wanted, &there), Difference::default(), "and never shrinks");
        }
    }
}
