//! Groups: who belongs to them.

use events::assert_events;
use serde_json::json;

use crate::server::{JANE, JOE, NOBODY, Server, details, of_type};

/// Joe as a member of the fleet.
const MEMBER: &str = "user/joe group/fleet group/nuvla-user group/fleet";

#[tokio::test(flavor = "multi_thread")]
async fn adding_one_with_its_first_user() {
    let mut server = Server::start();
    let body = json!({ "name": "fleet", "users": ["user/joe"] });
    assert_eq!(server.asks(JANE, "POST group", body.clone(), 201).await.location(), "group/fleet");
    assert_events!(server.trail,
        "group.add group/fleet" => completed { "group.user-added group/fleet" },
    );
    let events = server.recorded(JANE, &[JANE], &[JOE]);
    let added = of_type(&events, "group.user-added");
    assert_eq!((details(added), &*added.category), (json!({ "user": "user/joe" }), "user"));
    assert_eq!(added.linked_identifiers, ["user/joe"]);

    let conflict = (409, "conflict with group/fleet");
    server.refuses(JANE, "POST group", body.clone(), conflict, "group.add").await;
    server.refuses(NOBODY, "POST group", body, (403, "credentials required"), "group.add").await;
    // Nobody becomes an administrator by adding the group of them.
    let answer = server.asks(JANE, "POST group", json!({ "name": "nuvla-admin", "users": ["user/jane"] }), 403).await;
    assert_eq!(answer.text("message"), "invalid credentials for 'group/nuvla-admin'");
    assert_events!(server.trail, "group.add" => failed(error));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_user_that_comes_or_goes_is_an_event() {
    let mut server = Server::start();
    let id = server.adds(JANE, "group", json!({ "name": "fleet", "users": ["user/joe", "user/mia"] })).await;
    let request = format!("PUT {id}");
    server.asks(JANE, &request, json!({ "users": ["user/joe", "user/eve", "user/bob"] }), 200).await;
    assert_events!(server.trail,
        "group.edit group/fleet" => completed {
            "group.user-added group/fleet",
            "group.user-added group/fleet",
            "group.user-removed group/fleet",
        },
    );
    let events = server.recorded(JANE, &[JANE, MEMBER], &[JOE]);
    let users: Vec<_> = events.iter().flat_map(|event| &event.linked_identifiers).collect();
    assert_eq!(users, ["user/eve", "user/bob", "user/mia"]);

    server.asks(JANE, &request, json!({ "description": "the same people" }), 200).await;
    assert_events!(server.trail, "group.edit group/fleet" => completed);
    server.recorded(JANE, &[JANE, MEMBER], &[JOE]);

    let forbidden = (403, "invalid credentials for 'group/fleet'");
    server.refuses(JOE, &request, json!({ "users": [] }), forbidden, "group.edit group/fleet").await;
    let absent = (404, "group/none not found");
    server.refuses(JANE, "PUT group/none", json!({}), absent, "group.edit group/none").await;
}
