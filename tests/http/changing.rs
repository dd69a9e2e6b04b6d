//! Events do not change.

use serde_json::json;

use crate::server::{ADMIN, JANE, Server, seen};

#[tokio::test]
async fn nobody_edits_or_deletes_an_event() {
    let server = Server::start().await;
    let id = server.post(&seen(1, "user/jane"), JANE).await;
    let path = format!("/api/{id}");
    for (method, shown) in [("PUT", "put"), ("DELETE", "delete")] {
        for by in [JANE, ADMIN] {
            let answer = server.request(method, &path).by(by).json(&json!({})).send().await;
            assert_eq!(answer.said(), (405, format!("invalid method ({shown}) for {path}")));
            assert_eq!(answer.json()["resource-id"], json!(path));
        }
        let answer = server.request(method, &path).json(&json!({})).send().await;
        assert_eq!(answer.said(), (403, format!("invalid credentials for '{id}'")));
    }
    assert_eq!(server.found("", JANE).await, [id]);
}

#[tokio::test]
async fn bulk_deletes_are_refused_in_the_known_words() {
    let server = Server::start().await;
    let delete = || server.request("DELETE", "/api/event");
    let no_header = delete().by(JANE).form("filter=id!=null").send().await;
    assert_eq!(no_header.said(), (400, "Bulk request should contain bulk http header.".to_owned()));
    for form in ["", "filter=", "filter=+"] {
        let no_filter = delete().by(JANE).header("bulk", "yes").form(form).send().await;
        assert_eq!(no_filter.said(), (400, "Bulk request should contain a non empty cimi filter.".to_owned()));
    }
    let refused = |by| delete().by(by).header("bulk", "true").form("filter=id!=null").send();
    assert_eq!(refused("").await.said(), (403, "credentials required".to_owned()));
    for by in [JANE, ADMIN] {
        assert_eq!(refused(by).await.said(), (405, "invalid method (delete) for /api/event".to_owned()));
    }
}

#[tokio::test]
async fn other_methods_and_actions_are_answered_as_before() {
    let server = Server::start().await;
    let id = server.post(&seen(1, "user/jane"), JANE).await;
    for (method, path, expected) in [
        (
            "POST",
            format!("/api/{id}/foo"),
            (404, format!("undefined action (post, [\"event\" \"foo\"]) for /api/{id}/foo")),
        ),
        (
            "POST",
            format!("/api/{id}/tree"),
            (404, format!("undefined action (post, [\"event\" \"tree\"]) for /api/{id}/tree")),
        ),
        (
            "PATCH",
            "/api/event/foo".to_owned(),
            (404, "undefined action (patch, [\"event\" \"foo\"]) for /api/event/foo".to_owned()),
        ),
        ("PATCH", "/api/event".to_owned(), (405, "invalid method (patch) for /api/event".to_owned())),
        ("POST", format!("/api/{id}"), (405, format!("invalid method (post) for /api/{id}"))),
    ] {
        assert_eq!(server.request(method, &path).by(JANE).send().await.said(), expected, "{method} {path}");
    }
    for path in ["/api/event".to_owned(), format!("/api/{id}"), format!("/api/{id}/foo"), "/api/event/tail".to_owned()]
    {
        let answer = server.request("OPTIONS", &path).send().await;
        assert_eq!((answer.status, answer.text.as_str()), (204, ""), "{path}");
    }
    let head = server.request("HEAD", &format!("/api/{id}")).by(JANE).send().await;
    assert_eq!((head.status, head.text.as_str()), (200, ""));
}
