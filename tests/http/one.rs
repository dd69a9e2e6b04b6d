//! One event, its tree and its children.

use serde_json::{Value, json};

use crate::server::{ADMIN, JANE, JOE, Server, seen};

#[tokio::test]
async fn an_event_has_the_older_view_and_its_operations() {
    let server = Server::start().await;
    let id = server.post(&seen(1, "user/jane"), JANE).await;
    let event = server.get(&format!("/api/{id}")).by(JANE).send().await.ok();
    assert_eq!(event["id"], json!(id));
    assert_eq!(event["name"], json!("run.seen"));
    assert_eq!(event["description"], json!("run 1 was seen"));
    assert_eq!(event["updated"], event["created"]);
    assert_eq!(event["content"], json!({ "resource": { "href": "run/1" } }));
    assert_eq!(event["operations"], json!([]));
    assert_eq!(event["acl"]["owners"], json!(["user/jane"]));
}

#[tokio::test]
async fn absent_and_hidden_are_told_apart() {
    let server = Server::start().await;
    let id = server.post(&seen(1, "user/jane"), JANE).await;
    for (path, by, status, message) in [
        (id.as_str(), JOE, 403, format!("invalid credentials for '{id}'")),
        (id.as_str(), "", 403, format!("invalid credentials for '{id}'")),
        ("event/01900000-0000-7000-8000-000000000000", JANE, 404, String::new()),
        ("event/nothing", JANE, 404, "event/nothing not found".to_owned()),
        ("event/%FF%00'%20or", JANE, 404, String::new()),
    ] {
        for suffix in ["", "/tree", "/children"] {
            let answer = server.get(&format!("/api/{path}{suffix}")).by(by).send().await;
            let (answered, said) = answer.said();
            assert_eq!(answered, status, "{path}{suffix}: {said}");
            let expected = if message.is_empty() { format!("{path} not found") } else { message.clone() };
            assert_eq!(said, expected);
            assert_eq!(answer.json()["resource-id"], json!(path));
        }
    }
}

#[tokio::test]
async fn who_sees_only_the_common_attributes_gets_no_others() {
    let server = Server::start().await;
    let opening = server.act("reboot", JANE).await;
    let event = server.get(&format!("/api/{opening}")).by(JOE).send().await.ok();
    let mut shown: Vec<&str> = event.as_object().unwrap().keys().map(String::as_str).collect();
    shown.sort_unstable();
    assert_eq!(
        shown,
        ["created", "description", "id", "message", "name", "operations", "resource-type", "timestamp", "updated"],
        "{event}"
    );
    let selected = server.get(&format!("/api/{opening}?select=content,acl,details,name")).by(JOE).send().await.ok();
    assert_eq!(selected, json!({ "id": opening, "name": "nuvlabox.reboot.requested" }));
    // To be in a tree is a hidden attribute.
    assert_eq!(server.get(&format!("/api/{opening}/tree")).by(JOE).send().await.status, 403);
}

#[tokio::test]
async fn the_tree_is_that_of_the_root_and_children_stand_directly_below() {
    let server = Server::start().await;
    let opening = server.act("reboot", JANE).await;
    let tree = server.get(&format!("/api/{opening}/tree")).by(JANE).send().await.ok();
    // Those of one millisecond are in the order of their ids.
    let mut types = types(&tree);
    assert_eq!(types[0], "nuvlabox.reboot");
    types.sort_unstable();
    let expected =
        ["nuvlabox.check-api", "nuvlabox.check-api.completed", "nuvlabox.reboot", "nuvlabox.reboot.completed"];
    assert_eq!(types, expected);
    assert_eq!(tree["count"], json!(4));
    let nested = tree["resources"][3]["id"].as_str().unwrap();
    assert_eq!(server.get(&format!("/api/{nested}/tree")).by(JANE).send().await.ok()["resources"], tree["resources"]);

    let children = server.get(&format!("/api/{opening}/children?select=event-type")).by(JANE).send().await.ok();
    let mut types = self::types(&children);
    types.sort_unstable();
    assert_eq!(types, ["nuvlabox.check-api", "nuvlabox.reboot.completed"]);

    let alone = server.post(&seen(1, "user/jane"), JANE).await;
    let tree = server.get(&format!("/api/{alone}/tree")).by(ADMIN).send().await.ok();
    assert_eq!((&tree["count"], &tree["resources"][0]["id"]), (&json!(1), &json!(alone)));
}

fn types(collection: &Value) -> Vec<&str> {
    let resources = collection["resources"].as_array().unwrap().iter();
    resources.map(|event| event["event-type"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn select_keeps_what_is_named_and_the_id() {
    let server = Server::start().await;
    let id = server.post(&seen(1, "user/jane"), JANE).await;
    let event = server.get(&format!("/api/{id}?select=id%2C+name&select=operations")).by(JANE).send().await.ok();
    assert_eq!(event, json!({ "id": id, "name": "run.seen", "operations": [] }));
    assert_eq!(server.get(&format!("/api/{id}?select=")).by(JANE).send().await.ok(), json!({ "id": id }));
}
