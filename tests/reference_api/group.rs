//! Groups: who belongs to them.

use events::assert_events;
use serde_json::{Value, json};

use crate::server::{ADMIN, JANE, JOE, NOBODY, Server, details, of_type};

/// Joe as a member of a group.
fn member_of(group: &str) -> String {
    format!("user/joe {group} group/nuvla-user {group}")
}

#[tokio::test(flavor = "multi_thread")]
async fn adding_one_with_its_first_user() {
    let mut server = Server::start();
    let body = json!({ "name": "fleet", "users": ["user/joe"] });
    let id = server.asks(JANE, "POST group", body.clone(), 201).await.location();
    assert_events!(server.trail,
        format!("group.add {id}") => completed { format!("group.user-added {id}") },
    );
    let events = server.recorded(JANE, &[JANE], &[JOE]);
    let added = of_type(&events, "group.user-added");
    assert_eq!((details(added), &*added.category), (json!({ "user": "user/joe" }), "user"));
    assert_eq!(added.linked_identifiers, ["user/joe"]);
    let group = server.asks(&member_of(&id), &format!("GET {id}"), Value::Null, 200).await;
    assert_eq!(group.body["users"], json!(["user/joe"]), "whoever belongs to it sees who else does");
    server.refuses(NOBODY, "POST group", body, (403, "credentials required"), "group.add").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gains_a_claim_by_adding_a_group_of_that_name() {
    let mut server = Server::start();
    // There is no group of this name yet, and an ACL names it.
    let acl = json!({ "owners": ["user/joe"], "manage": ["group/operators"], "view-data": ["group/operators"] });
    let nuvlabox = server.adds(JOE, "nuvlabox", json!({ "acl": acl })).await;
    for name in ["operators", "group/operators"] {
        let id = server.adds(JANE, "group", json!({ "name": name, "users": ["user/jane"] })).await;
        assert_ne!(id, "group/operators");
        let as_member = format!("user/jane {id} {id} group/nuvla-user");
        server.asks(&as_member, &format!("GET {nuvlabox}"), Value::Null, 403).await;
        server.asks(&as_member, &format!("POST {nuvlabox}/reboot"), Value::Null, 403).await;
    }
    server.forget();

    // Only administrators choose a claim, and each once.
    let body = json!({ "name": "operators", "users": ["user/joe"] });
    assert_eq!(server.adds(ADMIN, "group", body.clone()).await, "group/operators");
    server.refuses(ADMIN, "POST group", body, (409, "conflict with group/operators"), "group.add").await;
    for name in ["nuvla-admin", "group/nuvla-admin", "nuvla-user"] {
        let id = server.adds(JANE, "group", json!({ "name": name, "users": ["user/jane"] })).await;
        assert!(!id.contains("nuvla"), "a name is no claim: {id}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_user_that_comes_or_goes_is_an_event() {
    let mut server = Server::start();
    let id = server.adds(JANE, "group", json!({ "name": "fleet", "users": ["user/joe", "user/mia"] })).await;
    let (request, member) = (format!("PUT {id}"), member_of(&id));
    let (edited, added, removed) =
        (format!("group.edit {id}"), format!("group.user-added {id}"), format!("group.user-removed {id}"));
    server.asks(JANE, &request, json!({ "users": ["user/joe", "user/eve", "user/bob"] }), 200).await;
    assert_events!(server.trail,
        edited => completed { added, added, removed },
    );
    let events = server.recorded(JANE, &[JANE, &member], &[JOE]);
    let users: Vec<_> = events.iter().flat_map(|event| &event.linked_identifiers).collect();
    assert_eq!(users, ["user/eve", "user/bob", "user/mia"]);

    server.asks(JANE, &request, json!({ "description": "the same people" }), 200).await;
    assert_events!(server.trail, edited => completed);
    server.recorded(JANE, &[JANE, &member], &[JOE]);

    // Whatever its ACL says.
    server.prepares(JANE, &request, json!({ "acl": { "owners": ["user/jane"] } })).await;
    server.asks(&member, &format!("GET {id}"), Value::Null, 200).await;

    // Who belongs to it does not administer it.
    let forbidden = format!("invalid credentials for '{id}'");
    for other in [JOE, &member] {
        let answer = server.asks(other, &request, json!({ "users": ["user/joe", "user/eve"] }), 403).await;
        assert_eq!(answer.text("message"), forbidden);
        assert_events!(server.trail, edited => failed(error));
    }
    let absent = (404, "group/none not found");
    server.refuses(JANE, "PUT group/none", json!({}), absent, "group.edit group/none").await;
}
