//! Closing deferred operations.

use serde_json::json;

use crate::server::{ADMIN, JANE, Server, seen};

#[tokio::test]
async fn a_job_completes_an_operation_once_and_the_second_learns_who_was_first() {
    let server = Server::start().await;
    let opening = server.act("update-nuvlabox", JANE).await;
    let event = server.get(&format!("/api/{opening}")).by(ADMIN).send().await.ok();
    let operations = json!([
        { "rel": "complete", "href": format!("{opening}/complete") }, { "rel": "fail", "href": format!("{opening}/fail") },
    ]);
    assert_eq!(event["operations"], operations);
    assert_eq!(server.get(&format!("/api/{opening}")).by(JANE).send().await.ok()["operations"], json!([]));

    let said = json!({ "message": "updated", "status": 200, "details": { "release": "2.1" }, "linked-identifiers": ["job/1"] });
    let complete = || server.request("POST", &format!("/api/{opening}/complete")).by(ADMIN);
    let answer = complete().json(&said).send().await;
    assert_eq!(answer.said(), (200, format!("{opening} completed")));
    let closing = answer.json()["location"].as_str().unwrap().to_owned();
    let event = server.get(&format!("/api/{closing}")).by(JANE).send().await.ok();
    assert_eq!(event["event-type"], "nuvlabox.update-nuvlabox.completed");
    assert_eq!(event["message"], "updated");
    assert_eq!((&event["details"]["release"], &event["linked-identifiers"]), (&json!("2.1"), &json!(["job/1"])));
    assert_eq!(event["authn-info"]["user-id"], "user/root");

    for action in ["complete", "fail"] {
        let answer = server.request("POST", &format!("/api/{opening}/{action}")).by(ADMIN).send().await;
        let (status, message) = answer.said();
        assert_eq!(status, 409);
        assert!(
            message.contains("nuvlabox.update-nuvlabox.completed") && message.contains("by user/root"),
            "{message}"
        );
        assert_eq!(answer.json()["resource-id"], json!(opening));
    }
    assert_eq!(server.get(&format!("/api/{opening}")).by(ADMIN).send().await.ok()["operations"], json!([]));
}

#[tokio::test]
async fn a_failure_says_why() {
    let server = Server::start().await;
    let opening = server.act("update-nuvlabox", JANE).await;
    let said = json!({ "message": "no space", "status": 507, "reason": "status" });
    let answer = server.request("POST", &format!("/api/{opening}/fail")).by(ADMIN).json(&said).send().await.ok();
    let closing = answer["location"].as_str().unwrap().to_owned();
    let event = server.get(&format!("/api/{closing}")).by(JANE).send().await.ok();
    assert_eq!(event["failure"], json!({ "reason": "status", "status": 507, "message": "no space" }));
    assert_eq!(event["success"], false);
}

#[tokio::test]
async fn who_closes_what_is_checked() {
    let server = Server::start().await;
    let deferred = server.act("update-nuvlabox", JANE).await;
    let ordinary = server.act("reboot", JANE).await;
    let direct = server.post(&seen(1, "user/jane"), JANE).await;
    let absent = "event/01900000-0000-7000-8000-000000000000".to_owned();
    let close = |id: &str, by| server.request("POST", &format!("/api/{id}/complete")).by(by);
    for by in [JANE, ""] {
        assert_eq!(close(&deferred, by).send().await.said(), (403, format!("invalid credentials for '{deferred}'")));
    }
    for (id, status) in [(&ordinary, 409), (&direct, 409), (&absent, 404), (&"event/x".to_owned(), 404)] {
        assert_eq!(close(id, ADMIN).send().await.said().0, status, "{id}");
    }
    for body in [
        json!({ "status": 42 }),
        json!({ "status": "ok" }),
        json!({ "message": 1 }),
        json!({ "details": [] }),
        json!([]),
        json!({ "linked-identifiers": ["no href"] }),
        json!({ "linked-identifiers": "job/1" }),
        json!({ "more": 1 }),
    ] {
        assert_eq!(close(&deferred, ADMIN).json(&body).send().await.said().0, 400, "{body}");
    }
    let fail = server.request("POST", &format!("/api/{deferred}/fail")).by(ADMIN).json(&json!({ "reason": "panic" }));
    assert_eq!(fail.send().await.said().0, 400);
    assert_eq!(close(&deferred, ADMIN).send().await.status, 200, "it was open all the time");
}
