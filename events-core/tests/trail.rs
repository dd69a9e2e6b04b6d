//! The tree that people read.

use events_core::{Event, Style, Trail};
use serde_json::{Value, json};

/// `n` makes the id; `second` the time.
fn event(n: u32, second: u32, event_type: &str, phase: &str, more: Value) -> Event {
    let mut document = json!({
        "id": format!("event/0192f3a4-5b6c-7d8e-9f01-0000{n:08x}"),
        "resource-type": "event",
        "event-type": event_type,
        "phase": phase,
        "category": "action",
        "severity": "medium",
        "timestamp": format!("2026-11-24T08:{:02}:{:02}.000Z", second / 60, second % 60),
        "created": "2026-11-24T08:00:00.000Z",
        "resource": { "href": "nuvlabox/01", "type": "nuvlabox" },
        "authn-info": { "user-id": "user/jane", "active-claim": "user/jane" },
        "acl": { "owners": ["user/jane"] },
    });
    let Value::Object(more) = more else { panic!("an object") };
    document.as_object_mut().expect("an object").extend(more);
    serde_json::from_value(document).expect("an event")
}

fn id(n: u32) -> String {
    format!("event/0192f3a4-5b6c-7d8e-9f01-0000{n:08x}")
}

fn shown(trail: &Trail, style: Style) -> String {
    let mut text = String::new();
    trail.render(&mut text, style).expect("a string takes everything");
    text
}

/// Every ending there is, in two trees and two lonely events.
fn day() -> Vec<Event> {
    vec![
        event(0x10, 0, "nuvlabox.add", "requested", json!({ "resource": { "type": "nuvlabox" }, "root": id(0x10) })),
        event(
            0x11,
            0,
            "nuvlabox.add.completed",
            "completed",
            json!({
                "parent": id(0x10), "root": id(0x10), "success": true, "duration-ms": 12, "details": { "name": "gateway" },
            }),
        ),
        event(
            0x20,
            1,
            "deployment.start",
            "requested",
            json!({
                "resource": { "href": "deployment/web", "type": "deployment" }, "root": id(0x20),
                "authn-info": { "user-id": "user/jane", "active-claim": "group/fleet" },
            }),
        ),
        event(0x30, 2, "job.add", "requested", json!({ "parent": id(0x20), "root": id(0x20) })),
        event(
            0x31,
            2,
            "job.add.completed",
            "completed",
            json!({
                "parent": id(0x30), "root": id(0x20), "success": true, "duration-ms": 3, "linked-identifiers": ["job/7"],
            }),
        ),
        event(
            0x40,
            2,
            "nuvlabox.state-changed",
            "occurred",
            json!({
                "parent": id(0x30), "root": id(0x20), "details": { "old-state": "NEW", "new-state": "ACTIVATED" },
            }),
        ),
        event(0x50, 3, "nuvlabox.check-api", "requested", json!({ "parent": id(0x20), "root": id(0x20) })),
        event(
            0x51,
            4,
            "nuvlabox.check-api.failed",
            "failed",
            json!({
                "parent": id(0x50), "root": id(0x20), "success": false, "duration-ms": 2_500,
                "failure": { "reason": "timeout" },
            }),
        ),
        event(
            0x21,
            5,
            "deployment.start.failed",
            "failed",
            json!({
                "resource": { "href": "deployment/web", "type": "deployment" },
                "authn-info": { "user-id": "user/jane", "active-claim": "group/fleet" },
                "parent": id(0x20), "root": id(0x20), "success": false, "duration-ms": 4_000,
                "failure": { "reason": "status", "status": 409, "message": "the box does not answer" },
            }),
        ),
        event(
            0x60,
            6,
            "deployment.stop",
            "requested",
            json!({
                "root": id(0x60), "deadline": "2026-11-24T09:30:00.000Z", "authn-info": {},
            }),
        ),
        event(0x70, 7, "deployment.update", "requested", json!({ "root": id(0x70) })),
        event(
            0x71,
            8,
            "deployment.update.failed",
            "failed",
            json!({
                "parent": id(0x70), "root": id(0x70), "success": false, "duration-ms": 1_000, "failure": { "reason": "abandoned" },
            }),
        ),
        event(
            0x80,
            9,
            "deployment.update.late-ending",
            "occurred",
            json!({
                "parent": id(0x70), "root": id(0x70), "success": true, "duration-ms": 90_000,
            }),
        ),
        event(
            0x91,
            10,
            "job.edit.completed",
            "completed",
            json!({
                "parent": id(0x90), "root": id(0x0e), "success": true, "duration-ms": 1,
            }),
        ),
    ]
}

#[test]
fn a_tree_shows_what_followed_from_what_and_how_it_ended() {
    let expected = "\
2026-11-24 UTC
08:00:00.000  nuvlabox.add                  nuvlabox/01     user/jane                      12 ms  completed  name=gateway
08:00:01.000  deployment.start              deployment/web  user/jane as group/fleet       4.0 s  failed: status 409, the box does not answer
08:00:02.000  ├─ job.add                    nuvlabox/01     user/jane                       3 ms  completed  linked job/7
08:00:02.000  │  └─ nuvlabox.state-changed  nuvlabox/01     user/jane                             occurred  NEW → ACTIVATED
08:00:03.000  └─ nuvlabox.check-api         nuvlabox/01     user/jane                      2.5 s  failed: timeout
08:00:06.000  deployment.stop               nuvlabox/01     anonymous                             open until 09:30
08:00:07.000  deployment.update             nuvlabox/01     user/jane                 1 min 30 s  completed, known late: was abandoned
08:00:10.000  … job.edit                    nuvlabox/01     user/jane                       1 ms  completed
";
    let trail = Trail::of(day());
    let text = shown(&trail, Style::Plain);
    assert_eq!(text, expected, "\n{text}");
    assert_eq!(trail.len(), 8);

    let reversed: Vec<Event> = day().into_iter().rev().collect();
    assert_eq!(shown(&Trail::of(reversed), Style::Plain), text, "the order of the events does not matter");
}

#[test]
fn columns_stand_below_each_other() {
    let text = shown(&Trail::of(day()), Style::Plain);
    let column = |line: &str, word: &str| line.find(word).map(|at| line[..at].chars().count());
    for word in ["nuvlabox/01", "user/jane"] {
        let columns: Vec<usize> = text.lines().filter_map(|line| column(line, word)).collect();
        assert!(columns.windows(2).all(|pair| pair[0] == pair[1]), "{word}: {columns:?}\n{text}");
    }
}

#[test]
fn the_newest_root_comes_first_where_asked_and_children_stay_in_order() {
    let text = shown(&Trail::of(day()).newest_first(), Style::Plain);
    let order = ["job.edit", "deployment.update", "deployment.start", "job.add", "nuvlabox.check-api", "nuvlabox.add"];
    let places: Vec<usize> = order.iter().map(|word| text.find(word).unwrap()).collect();
    assert!(places.is_sorted(), "{text}");
}

#[test]
fn an_event_cannot_attack_a_terminal() {
    let hostile = "\u{1b}]0;owned\u{7}\u{1b}[2J\u{202e}\r\n\u{9b}31m";
    let nasty = event(
        2,
        0,
        "nuvlabox.state-changed",
        "occurred",
        json!({
            "resource": { "href": format!("nuvlabox/{hostile}"), "type": "nuvlabox" },
            "details": { hostile: hostile, "list": [hostile] },
            "linked-identifiers": [hostile],
        }),
    );
    let failed = event(
        5,
        1,
        "nuvlabox.reboot.failed",
        "failed",
        json!({
            "success": false, "failure": { "reason": "error", "message": hostile },
        }),
    );
    let text = shown(&Trail::of([nasty, failed]), Style::Plain);
    assert_eq!(text.lines().count(), 3, "{text:?}");
    let harmful = |character: char| character != '\n' && (character.is_control() || character == '\u{202e}');
    assert!(!text.contains(harmful), "{text:?}");
    assert!(text.contains("\\u{1b}"), "{text:?}");
}

#[test]
fn colours_change_nothing_but_colours() {
    let trail = Trail::of(day());
    let coloured = shown(&trail, Style::Coloured);
    let mut bare = String::new();
    let mut rest = coloured.as_str();
    while let Some((before, sequence)) = rest.split_once("\x1b[") {
        bare.push_str(before);
        rest = sequence.split_once('m').unwrap().1;
    }
    bare.push_str(rest);
    assert_eq!(bare, shown(&trail, Style::Plain));
    assert_ne!(bare, coloured);
}

#[test]
fn what_claims_to_follow_from_itself_is_still_shown() {
    let circle = [
        event(2, 0, "job.a", "requested", json!({ "parent": id(4), "root": id(4) })),
        event(4, 1, "job.b", "requested", json!({ "parent": id(6), "root": id(4) })),
        event(6, 2, "job.c", "requested", json!({ "parent": id(2), "root": id(4) })),
        event(8, 3, "job.d", "requested", json!({ "parent": id(8), "root": id(8) })),
    ];
    let text = shown(&Trail::of(circle), Style::Plain);
    for job in ["job.a", "job.b", "job.c", "job.d"] {
        assert_eq!(text.matches(job).count(), 1, "{text}");
    }
}

#[test]
fn a_deep_tree_neither_exhausts_the_stack_nor_the_line() {
    let depth = 20_000;
    let chain = (1..=depth).map(|n| {
        let parent = if n == 1 { json!({}) } else { json!({ "parent": id(2 * (n - 1)), "root": id(2) }) };
        event(2 * n, 0, "job.add", "requested", parent)
    });
    let text = shown(&Trail::of(chain), Style::Plain);
    assert_eq!(text.lines().count(), 20_001);
    assert!(text.lines().all(|line| line.chars().count() < 400));
}
