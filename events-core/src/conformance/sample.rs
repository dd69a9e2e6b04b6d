//! Small events that checks change to their needs.

use serde_json::json;

use super::entry;
use crate::{
    event::{Event, Phase},
    id::{EventId, ProcessId},
    journal::{Entry, EntryKind},
    outcome::{Failure, Reason},
    timestamp::Timestamp,
};

/// The process of the openings below.
pub(super) const PROCESS: ProcessId = ProcessId::from_u64(0x5eed);

/// 2026-03-10T12:00:00Z, and `seconds` more.
pub(super) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(1_773_144_000_000 + seconds * 1_000)
}

/// The id of sample `number`, made at `at`.
pub(super) fn id(number: u64, at: Timestamp) -> EventId {
    EventId::from_u128(EventId::first_at(at).as_u128() | 0x7 << 76 | 0b10 << 62 | u128::from(number) << 1)
}

/// A direct event that everybody in `group/fleet` sees, `number` seconds after noon.
pub(super) fn direct(number: u64) -> Event {
    let at = at(number as i64);
    let document = json!({
        "id": id(number, at),
        "resource-type": "event",
        "event-type": "nuvlabox.state-changed",
        "phase": "occurred",
        "category": "state",
        "severity": "low",
        "timestamp": at,
        "created": at,
        "resource": { "href": format!("nuvlabox/{number}"), "type": "nuvlabox" },
        "authn-info": {},
        "acl": { "owners": ["group/fleet"] },
    });
    serde_json::from_value(document).expect("the document above is an event")
}

/// The opening of an operation, not deferred.
pub(super) fn opening(number: u64) -> Event {
    let event = direct(number);
    Event {
        event_type: parse("nuvlabox.reboot"),
        phase: Phase::Requested,
        category: "action".to_owned(),
        root: Some(event.id),
        process: Some(PROCESS.to_string()),
        ..event
    }
}

/// The closing of an operation, a second after it was opened; completed where there is no reason.
pub(super) fn closing(opening: &Event, reason: Option<Reason>) -> Event {
    let timestamp = Timestamp::from_millis(opening.timestamp.millis() + 1_000);
    let phase = if reason.is_some() { Phase::Failed } else { Phase::Completed };
    Event {
        id: opening.id.closing(),
        event_type: parse(&format!("{}.{phase}", opening.event_type)),
        phase,
        timestamp,
        created: timestamp,
        parent: Some(opening.id),
        process: None,
        deadline: None,
        success: Some(reason.is_none()),
        failure: reason.map(Failure::new),
        duration_ms: Some(1_000),
        ..opening.clone()
    }
}

/// All of them, as a journal takes them.
pub(super) fn entries<'e>(events: impl IntoIterator<Item = &'e Event>) -> Vec<Entry> {
    events.into_iter().map(entry).collect()
}

/// Something that is no event under the id of a direct one.
pub(super) fn damaged(number: u64) -> Entry {
    let id = id(number, at(number as i64));
    Entry { id, document: b"not an event".as_slice().into(), kind: EntryKind::Direct }
}

fn parse(event_type: &str) -> crate::event_type::EventType {
    event_type.parse().expect("an event type of the samples")
}

/// Strings that break what does not escape, fold or cut them right.
pub(super) const HOSTILE: [&str; 16] = [
    "",
    " ",
    "\"",
    "\\",
    "'; DROP TABLE event; --",
    "%_*?[a-z]",
    "a.b",
    "a\u{0}b",
    "\u{1}\u{1f}\u{7f}\r\n\t",
    "\u{feff}\u{200b}\u{202e}",
    "é",
    "e\u{301}",
    "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 🛰️",
    "ẞ İ ı ﬁ",
    "\u{ffff}\u{10ffff}",
    "null",
];
