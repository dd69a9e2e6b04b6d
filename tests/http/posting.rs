//! Posting events.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};

use crate::server::{ADMIN, JANE, Server, seen};

#[tokio::test]
async fn a_posted_event_is_created_readable_and_found() {
    let server = Server::start().await;
    let answer = server.request("POST", "/api/event").by(JANE).json(&seen(1, "user/jane")).send().await;
    assert_eq!(answer.status, 201);
    let id = answer.headers["location"].clone();
    assert_eq!(answer.json(), json!({ "status": 201, "message": format!("{id} created"), "resource-id": id }));
    assert_eq!(server.get(&format!("/api/{id}")).by(JANE).send().await.ok()["authn-info"]["user-id"], "user/jane");
    assert_eq!(server.found("filter=resource/href='run/1'", JANE).await, [id]);
}

#[tokio::test]
async fn an_older_document_comes_back_as_it_was() {
    let server = Server::start().await;
    let document = json!({
        "name": "legacy", "description": "free text", "tags": ["a"], "category": "state", "severity": "critical",
        "timestamp": "2015-01-16T08:05:00.0Z", "success": false,
        "content": { "resource": { "href": "run/45614147-aed1-4a24-889d-6365b0b1f2cd" }, "state": "Started" },
    });
    let id = server.post(&document, JANE).await;
    let event = server.get(&format!("/api/{id}")).by(JANE).send().await.ok();
    for field in ["name", "description", "tags", "success", "content", "severity"] {
        assert_eq!(event[field], document[field], "{field}");
    }
    assert_eq!((&event["category"], &event["timestamp"]), (&json!("user"), &json!("2015-01-16T08:05:00.000Z")));
    assert_eq!(server.found("filter=name='legacy' and content/state='Started'", JANE).await, [id]);
}

#[tokio::test]
async fn a_document_without_a_single_resource_has_a_null_href() {
    let server = Server::start().await;
    let document = json!({ "severity": "low", "content": { "resource": { "href": null } } });
    let id = server.post(&document, JANE).await;
    let event = server.get(&format!("/api/{id}")).by(JANE).send().await.ok();
    assert_eq!(event["content"]["resource"], json!({ "href": null }));
}

#[tokio::test]
async fn who_is_not_a_user_may_not_post() {
    let server = Server::start().await;
    for by in ["", "user/jane"] {
        let answer = server.request("POST", "/api/event").by(by).json(&seen(1, "user/jane")).send().await;
        assert_eq!(answer.said(), (403, "credentials required".to_owned()));
        assert_eq!(answer.json().get("resource-id"), None);
    }
}

#[tokio::test]
async fn every_problem_of_a_document_is_named() {
    let server = Server::start().await;
    let document = json!({ "event-type": "Run.seen", "severity": "urgent", "colour": "red" });
    let answer = server.request("POST", "/api/event").by(JANE).json(&document).send().await;
    let (status, message) = answer.said();
    assert_eq!(status, 400);
    let (first, problems) = message.split_once('\n').unwrap();
    assert!(first.starts_with("resource event/") && first.ends_with(" does not satisfy defined schema:"), "{first}");
    for (problem, field) in problems.lines().zip(["event-type", "severity", "colour"]) {
        assert!(problem.starts_with(&format!("- `{field}`: ")), "{problem}");
    }
    assert_eq!(server.found("", ADMIN).await, Vec::<String>::new());
}

#[tokio::test]
async fn an_event_that_is_still_to_come_is_a_bad_request() {
    let server = Server::start().await;
    let mut document = seen(1, "user/jane");
    document["category"] = json!("user");
    document["timestamp"] = json!("2999-01-01T00:00:00Z");
    for by in [JANE, ADMIN] {
        let (status, message) = server.request("POST", "/api/event").by(by).json(&document).send().await.said();
        assert_eq!(status, 400);
        assert!(message.contains("- `timestamp`: 2999-01-01T00:00:00.000Z is still to come"), "{message}");
    }
    assert_eq!(server.found("", ADMIN).await, Vec::<String>::new());
}

#[tokio::test]
async fn bodies_may_be_compressed_and_are_bounded() {
    let server = Server::start().await;
    let pack = |bytes: &[u8]| {
        let mut packed = GzEncoder::new(Vec::new(), Compression::best());
        packed.write_all(bytes).unwrap();
        packed.finish().unwrap()
    };
    let send = |body: Vec<u8>, encoding: &'static str| {
        let mut request = server.request("POST", "/api/event").by(JANE).header("content-type", "application/json");
        request.body = body;
        async move { request.header("content-encoding", encoding).send().await }
    };
    let document = seen(1, "user/jane").to_string();
    assert_eq!(send(pack(document.as_bytes()), "gzip").await.status, 201);
    assert_eq!(send(document.clone().into_bytes(), "identity").await.status, 201);
    // A few kilobytes that unpack to many megabytes.
    assert_eq!(send(pack(&vec![b' '; 64 << 20]), "gzip").await.said().0, 413);
    assert_eq!(send(document.clone().into_bytes(), "gzip").await.said().0, 400);
    assert_eq!(send(document.into_bytes(), "br").await.said().0, 415);
    let long = json!({ "event-type": "run.seen", "payload": "x".repeat(3 << 20) });
    let answer = server.request("POST", "/api/event").by(JANE).json(&long).send().await;
    assert_eq!(answer.said().0, 413);
}

#[tokio::test]
async fn what_is_no_json_object_is_a_bad_request() {
    let server = Server::start().await;
    let deep = [vec![b'['; 100_000], vec![b']'; 100_000]].concat();
    for body in [&b""[..], b"{", b"[]", b"null", b"\"text\"", b"\xff\xfe", b"{\"a\":1}{", &deep] {
        let mut request = server.request("POST", "/api/event").by(JANE);
        request.body = body.to_vec();
        assert_eq!(request.send().await.said().0, 400, "{:?}", String::from_utf8_lossy(&body[..body.len().min(20)]));
    }
}

#[tokio::test]
async fn an_administrator_imports_what_happened_elsewhere() {
    let server = Server::start().await;
    let document = json!({
        "event-type": "nuvlabox.reboot.completed", "category": "action", "severity": "high", "success": true,
        "resource": { "href": "nuvlabox/7" }, "authn-info": { "user-id": "user/bill", "claims": ["user/bill"] },
    });
    let id = server.post(&document, ADMIN).await;
    let event: Value = server.get(&format!("/api/{id}")).by(ADMIN).send().await.ok();
    assert_eq!(event["authn-info"], document["authn-info"]);
    assert_eq!(event["category"], "action");
    let answer = server.request("POST", "/api/event").by(JANE).json(&document).send().await;
    assert_eq!(answer.said().0, 400);
}
