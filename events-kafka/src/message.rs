//! An event as a message: key, value, headers.

use std::borrow::Cow;

use events_core::{InvalidEvent, Sequenced, with_older_view};
use rdkafka::message::{Header, OwnedHeaders};
use serde::Deserialize;

use crate::key::Key;

/// What is sent of an event.
#[derive(Debug)]
pub(crate) struct Message {
    pub(crate) key: String,
    pub(crate) value: Vec<u8>,
    pub(crate) headers: OwnedHeaders,
}

/// What key and headers are made of.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Head<'d> {
    #[serde(borrow)]
    id: Cow<'d, str>,
    #[serde(borrow)]
    event_type: Cow<'d, str>,
    #[serde(borrow)]
    timestamp: Cow<'d, str>,
    #[serde(borrow)]
    resource: Resource<'d>,
    #[serde(borrow, default)]
    root: Option<Cow<'d, str>>,
}

#[derive(Deserialize)]
struct Resource<'d> {
    #[serde(borrow, default)]
    href: Option<Cow<'d, str>>,
    #[serde(borrow, rename = "type")]
    resource_type: Cow<'d, str>,
}

impl Message {
    /// # Errors
    /// The document is not an event.
    pub(crate) fn of(event: &Sequenced, key: Key, source: &str) -> Result<Self, InvalidEvent> {
        let value = with_older_view(&event.document)?;
        let head: Head<'_> = serde_json::from_slice(&event.document)?;
        let root = head.root.as_deref().unwrap_or(&head.id);
        let key = match key {
            Key::Root => root,
            Key::Event => &head.id,
            Key::Resource => head.resource.href.as_deref().unwrap_or(root),
        };
        Ok(Self { key: key.to_owned(), headers: headers(&head, source), value })
    }
}

/// CloudEvents 1.0, Kafka binding, binary mode: the value is the data, the attributes are headers.
fn headers(head: &Head<'_>, source: &str) -> OwnedHeaders {
    let source = format!("{source}/{}", head.resource.resource_type);
    let attributes = [
        ("content-type", "application/json"),
        ("ce_specversion", "1.0"),
        ("ce_id", &head.id),
        ("ce_source", &source),
        ("ce_type", &head.event_type),
        ("ce_time", &head.timestamp),
    ];
    // Absent where the event is about no single resource.
    let subject = head.resource.href.as_deref().map(|href| ("ce_subject", href));
    attributes.into_iter().chain(subject).fold(OwnedHeaders::new_with_capacity(7), |headers, (key, value)| {
        headers.insert(Header { key, value: Some(value) })
    })
}

#[cfg(test)]
mod tests {
    use events_core::Seq;
    use rdkafka::message::Headers;
    use serde_json::json;

    use super::*;

    fn event(document: serde_json::Value) -> Sequenced {
        let id = "event/019a8f3e-0000-7000-8000-000000000002".parse().unwrap();
        Sequenced { seq: Seq(1), id, document: serde_json::to_vec(&document).unwrap().into() }
    }

    fn reboot() -> serde_json::Value {
        json!({
            "id": "event/2", "event-type": "nuvlabox.reboot", "phase": "requested",
            "timestamp": "2026-11-23T15:15:37.023Z", "root": "event/1",
            "resource": { "href": "nuvlabox/1", "type": "nuvlabox" },
        })
    }

    #[test]
    fn the_key_is_the_root_unless_another_is_chosen() {
        let direct = json!({
            "id": "event/3", "event-type": "deployment.bulk-start", "phase": "occurred",
            "timestamp": "2026-11-23T15:15:37.023Z", "resource": { "type": "deployment" },
        });
        let cases = [
            (reboot(), Key::Root, "event/1"),
            (reboot(), Key::Event, "event/2"),
            (reboot(), Key::Resource, "nuvlabox/1"),
            (direct.clone(), Key::Root, "event/3"),
            (direct, Key::Resource, "event/3"),
        ];
        for (document, key, expected) in cases {
            assert_eq!(Message::of(&event(document), key, "/api").unwrap().key, expected, "{key:?}");
        }
    }

    #[test]
    fn the_headers_are_those_of_cloud_events_in_binary_mode() {
        let message = Message::of(&event(reboot()), Key::Root, "/fleet").unwrap();
        let text = |header: Header<'_, &[u8]>| {
            (header.key.to_owned(), String::from_utf8(header.value.unwrap().to_vec()).unwrap())
        };
        let headers: Vec<(String, String)> = message.headers.iter().map(text).collect();
        let expected = [
            ("content-type", "application/json"),
            ("ce_specversion", "1.0"),
            ("ce_id", "event/2"),
            ("ce_source", "/fleet/nuvlabox"),
            ("ce_type", "nuvlabox.reboot"),
            ("ce_time", "2026-11-23T15:15:37.023Z"),
            ("ce_subject", "nuvlabox/1"),
        ];
        assert_eq!(headers, expected.map(|(key, value)| (key.to_owned(), value.to_owned())));
    }

    #[test]
    fn what_is_no_event_is_no_message() {
        assert!(Message::of(&event(json!({ "id": "event/2" })), Key::Root, "/api").is_err());
    }
}
