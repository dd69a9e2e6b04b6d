//! The older view of an event: what consumers of the older document shape read, appended to the document.

use std::borrow::Cow;

use serde::{
    Deserialize,
    de::{Error, IgnoredAny},
};
use serde_json::value::RawValue;

use crate::{
    event::{InvalidEvent, Phase, name},
    json,
};

/// Appends the older view to a document: `name`, `description`, `updated` and `content`.
///
/// The document's own bytes stay as they are, the view stands behind them. It repeats what the document says:
/// `description` its message, `updated` when it was created (events do not change), `content` its resource with
/// the linked identifiers and, as `state`, the detail `new-state`. `name` is what older consumers match, see
/// [`name`]. What the document does not have, the view does not have either; but where an event is
/// about no single resource, `content.resource.href` is null, because older consumers expect it.
///
/// # Errors
/// The document is not an event.
///
/// ```
/// let document = br#"{"id":"event/1","event-type":"nuvlabox.reboot.failed","phase":"failed","message":"jane rebooted it",
///     "created":"2026-11-23T15:15:37.023Z","resource":{"href":"nuvlabox/1","type":"nuvlabox"}}"#;
/// let whole = events_core::with_older_view(document)?;
/// let added = whole.strip_prefix(&document[..document.len() - 1]).unwrap();
/// assert_eq!(
///     std::str::from_utf8(added)?,
///     concat!(
///         r#","name":"nuvlabox.reboot","description":"jane rebooted it","updated":"2026-11-23T15:15:37.023Z","#,
///         r#""content":{"resource":{"href":"nuvlabox/1"}}}"#
///     )
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn with_older_view(document: &[u8]) -> Result<Vec<u8>, InvalidEvent> {
    let repeated: Repeated<'_> = serde_json::from_slice(document)?;
    // An array would read as the fields in their order.
    let Some(open) = document.trim_ascii_end().strip_suffix(b"}") else {
        return Err(serde_json::Error::custom("it is no object").into());
    };
    let mut whole = Vec::with_capacity(document.len() + 512);
    whole.extend_from_slice(open);
    repeated.write(&mut whole);
    whole.push(b'}');
    Ok(whole)
}

/// What the older view repeats. Values are copied as they are written.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Repeated<'d> {
    /// Where a redacted document has it already.
    name: Option<IgnoredAny>,
    #[serde(borrow)]
    event_type: Option<Cow<'d, str>>,
    phase: Option<Phase>,
    #[serde(borrow)]
    message: Option<&'d RawValue>,
    #[serde(borrow)]
    created: Option<&'d RawValue>,
    #[serde(borrow)]
    resource: Option<Resource<'d>>,
    #[serde(borrow)]
    linked_identifiers: Option<&'d RawValue>,
    #[serde(borrow)]
    details: Option<Details<'d>>,
}

#[derive(Deserialize)]
struct Resource<'d> {
    #[serde(borrow)]
    href: Option<&'d RawValue>,
    #[serde(borrow)]
    content: Option<&'d RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Details<'d> {
    #[serde(borrow)]
    new_state: Option<&'d RawValue>,
}

impl Repeated<'_> {
    fn write(&self, out: &mut Vec<u8>) {
        if let (None, Some(event_type), Some(phase)) = (&self.name, &self.event_type, self.phase) {
            out.extend_from_slice(b",\"name\":");
            json::string(out, &name(event_type, phase));
        }
        field(out, ",\"description\":", self.message);
        field(out, ",\"updated\":", self.created);
        let Some(resource) = &self.resource else { return };
        out.extend_from_slice(b",\"content\":{\"resource\":{\"href\":");
        out.extend_from_slice(resource.href.map_or("null", RawValue::get).as_bytes());
        field(out, ",\"content\":", resource.content);
        out.push(b'}');
        field(out, ",\"state\":", self.details.as_ref().and_then(|details| details.new_state));
        field(out, ",\"linked-identifiers\":", self.linked_identifiers);
        out.push(b'}');
    }
}

fn field(out: &mut Vec<u8>, name: &str, value: Option<&RawValue>) {
    if let Some(value) = value {
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(value.get().as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value, json};

    use super::*;
    use crate::{conformance::Generator, event::Event};

    /// What is appended, as it reads.
    fn added(document: &Value) -> Value {
        let document = serde_json::to_vec(document).unwrap();
        let whole = with_older_view(&document).unwrap();
        let added = whole.strip_prefix(&document[..document.len() - 1]).unwrap();
        match added {
            b"}" => json!({}),
            added => serde_json::from_slice(&[b"{", &added[1..]].concat()).unwrap(),
        }
    }

    #[test]
    fn a_document_keeps_its_bytes_and_reads_as_the_same_event() {
        for entry in Generator::new(1).events(300) {
            let whole = with_older_view(&entry.document).unwrap();
            assert!(whole.starts_with(&entry.document[..entry.document.len() - 1]));
            let event = Event::from_document(&entry.document).unwrap();
            assert_eq!(Event::from_document(&whole).unwrap(), event);

            let fields: Map<String, Value> = serde_json::from_slice(&whole).unwrap();
            assert_eq!(fields["name"], json!(event.name()));
            assert_eq!(fields.get("description"), event.message.map(Value::from).as_ref());
            assert_eq!(fields["updated"], fields["created"]);
            assert_eq!(fields["content"]["resource"]["href"], json!(event.resource.href));
        }
    }

    #[test]
    fn content_has_the_resource_the_state_and_the_links() {
        let document = json!({
            "event-type": "nuvlabox.state-changed",
            "phase": "occurred",
            "resource": { "href": "nuvlabox/1", "type": "nuvlabox", "content": { "name": "edge \"1\"" } },
            "linked-identifiers": ["job/1", "job/2"],
            "details": { "old-state": "NEW", "new-state": "ACTIVATED" },
        });
        let expected = json!({
            "name": "nuvlabox.state-changed",
            "content": {
                "resource": { "href": "nuvlabox/1", "content": { "name": "edge \"1\"" } },
                "state": "ACTIVATED",
                "linked-identifiers": ["job/1", "job/2"],
            },
        });
        assert_eq!(added(&document), expected);
    }

    #[test]
    fn where_there_is_no_single_resource_its_href_is_null() {
        let document = json!({ "resource": { "type": "deployment" } });
        assert_eq!(added(&document), json!({ "content": { "resource": { "href": null } } }));
    }

    #[test]
    fn what_a_redacted_document_does_not_show_the_view_does_not_show() {
        let document = json!({ "id": "event/1", "name": "nuvlabox.reboot", "message": "m", "created": "2026-11-23T15:15:37.023Z" });
        assert_eq!(added(&document), json!({ "description": "m", "updated": "2026-11-23T15:15:37.023Z" }));
    }

    #[test]
    fn what_is_no_event_is_refused() {
        for document in
            ["", "not an event", "[]", "[null,null,null,null,null,null,null,null]", "{\"phase\":\"sideways\"}"]
        {
            assert!(with_older_view(document.as_bytes()).is_err(), "{document}");
        }
    }
}
