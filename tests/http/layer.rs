//! What the layer says and is told: the operation of a request, the event above it.

use serde_json::json;

use crate::server::{ADMIN, JANE, Server, seen};

#[tokio::test]
async fn the_response_names_the_outermost_operation() {
    let server = Server::start().await;
    let opening = server.act("reboot", JANE).await;
    let event = server.get(&format!("/api/{opening}")).by(JANE).send().await;
    assert_eq!(event.ok()["event-type"], "nuvlabox.reboot");
    assert_eq!(event.headers.get("events-operation"), None, "nothing is recorded of a look");
}

#[tokio::test]
async fn administrators_say_below_which_event_a_request_stands() {
    let server = Server::start().await;
    let root = server.act("reboot", JANE).await;
    let children = server.get(&format!("/api/{root}/children")).by(JANE).send().await.ok();
    // Its closing is another.
    let nested = children["resources"].as_array().unwrap().iter().find(|event| event["phase"] == "requested");
    let parent = nested.unwrap()["id"].as_str().unwrap();
    let above = |header: String, by| {
        let request = server.request("POST", "/api/nuvlabox/1/reboot").by(by).header("events-parent", &header);
        async { request.send().await }
    };
    let lineage = async |id: &str| {
        let event = server.get(&format!("/api/{id}")).by(ADMIN).send().await.ok();
        (event["parent"].clone(), event["root"].clone())
    };
    let below = above(format!("{parent} {root}"), ADMIN).await.headers["events-operation"].clone();
    assert_eq!(lineage(&below).await, (json!(parent), json!(root)));
    let below_root = above(root.clone(), ADMIN).await.headers["events-operation"].clone();
    assert_eq!(lineage(&below_root).await, (json!(root), json!(root)));
    // Anybody else stands alone.
    let alone = above(root.clone(), JANE).await.headers["events-operation"].clone();
    assert_eq!(lineage(&alone).await, (json!(null), json!(alone)));
    for invalid in ["", "event/1", "no event", &format!("{root} {root} {root}")] {
        let (status, message) = above(invalid.to_owned(), ADMIN).await.said();
        assert_eq!(status, 400, "{invalid}");
        assert!(message.starts_with("header `events-parent` names no event"), "{message}");
    }
    // A posted event stands there as well.
    let answer = server.request("POST", "/api/event").by(ADMIN).header("events-parent", &root);
    let mut document = seen(1, "user/jane");
    document["category"] = json!("system");
    let id = answer.json(&document).send().await.headers["location"].clone();
    assert_eq!(lineage(&id).await, (json!(root), json!(root)));
}
