//! Searching: parameters, pages, figures, and what consumers ask for.

use serde_json::{Value, json};

use crate::server::{ADMIN, JANE, JOE, Server, seen};

/// With ten events of Jane's, the newest last.
async fn with_ten() -> (Server, Vec<String>) {
    let server = Server::start().await;
    let mut ids = Vec::new();
    for number in 0..10 {
        ids.push(server.post(&seen(number, "user/jane"), JANE).await);
    }
    (server, ids)
}

fn newest(ids: &[String], rows: std::ops::Range<usize>) -> Vec<String> {
    ids.iter().rev().skip(rows.start).take(rows.len()).cloned().collect()
}

#[tokio::test]
async fn an_empty_body_finds_the_newest_first() {
    let (server, ids) = with_ten().await;
    for (method, path) in [("PUT", "/api/event"), ("GET", "/api/event")] {
        let answer = server.request(method, path).by(JANE).send().await.ok();
        assert_eq!(answer["count"], 10);
        assert_eq!((&answer["id"], &answer["resource-type"]), (&json!("event"), &json!("event-collection")));
        assert_eq!(answer["operations"], json!([{ "rel": "add", "href": "event" }]));
        assert_eq!(answer["acl"], json!({ "query": ["group/nuvla-user"], "add": ["group/nuvla-user"] }));
        assert_eq!(answer.get("aggregations"), None);
        let found: Vec<&Value> = answer["resources"].as_array().unwrap().iter().map(|event| &event["id"]).collect();
        assert_eq!(json!(found), json!(newest(&ids, 0..10)));
    }
}

#[tokio::test]
async fn only_users_search_and_each_finds_what_it_may_see() {
    let (server, ids) = with_ten().await;
    for by in ["", "user/jane"] {
        let answer = server.request("PUT", "/api/event").by(by).send().await;
        assert_eq!(answer.said(), (403, "credentials required".to_owned()));
        assert_eq!(answer.json().get("resource-id"), None);
    }
    assert_eq!(server.found("", JOE).await, Vec::<String>::new());
    assert_eq!(server.found("last=1", ADMIN).await, newest(&ids, 0..1));
}

#[tokio::test]
async fn rows_count_from_one_and_both_ends_are_shown() {
    let (server, ids) = with_ten().await;
    for (parameters, rows) in [
        ("first=1&last=3", 0..3),
        ("first=3&last=4", 2..4),
        ("first=9", 8..10),
        ("last=2", 0..2),
        ("first=0&last=1", 0..1),
        ("first=-5&last=1", 0..1),
        ("first=x&first=2&last=2", 1..2),
        ("last=0", 0..0),
        ("last=-1", 0..0),
        ("first=5&last=2", 0..0),
        ("last=nonsense", 0..10),
        ("last=10000", 0..10),
    ] {
        assert_eq!(server.found(parameters, JANE).await, newest(&ids, rows), "{parameters}");
    }
    let count = server.request("PUT", "/api/event").by(JANE).form("last=0").send().await.ok();
    assert_eq!((&count["count"], &count["resources"]), (&json!(10), &json!([])));
    let far =
        "First and last must be less than or equal to 10'000. Use filter to limit the number of returned resources.";
    for parameters in ["last=10001", "first=10002", "first=9223372036854775807&last=9223372036854775807"] {
        let answer = server.request("PUT", "/api/event").by(JANE).form(parameters).send().await;
        assert_eq!(answer.said(), (400, far.to_owned()), "{parameters}");
    }
}

#[tokio::test]
async fn orders_and_selections_take_lists_and_older_paths() {
    let (server, ids) = with_ten().await;
    for by in ["resource/href", "content/resource/href", "resource.href:asc", "nothing,content/resource/href"] {
        assert_eq!(server.found(&format!("orderby={by}"), JANE).await, ids, "{by}");
    }
    assert_eq!(server.found("orderby=category&orderby=timestamp:desc", JANE).await, newest(&ids, 0..10));
    assert_eq!(server.found("orderby=timestamp:asc&first=1&last=2", JANE).await, ids[..2]);

    let search = server.request("PUT", "/api/event").by(JANE).form("select=name&select=content,+operations&last=1");
    let answer = search.send().await.ok();
    let expected =
        json!({ "id": ids[9], "name": "run.seen", "content": { "resource": { "href": "run/9" } }, "operations": [] });
    assert_eq!(answer["resources"][0], expected);
}

#[tokio::test]
async fn filters_are_joined_and_mistakes_are_shown_where_they_are() {
    let (server, ids) = with_ten().await;
    assert_eq!(server.found("filter=details/number%3E3&filter=details/number%3C6", JANE).await, newest(&ids, 4..6));
    assert_eq!(server.found("filter=details/number=1+or+details/number=2", JANE).await, newest(&ids, 7..9));
    // One filter cannot change what another means.
    let answer = server.request("PUT", "/api/event").by(JANE).form("filter=name='a')+or+(id!=null&filter=name='b'");
    assert_eq!(answer.send().await.said().0, 400);
    let answer = server.request("PUT", "/api/event").by(JANE).form("filter=category='missing+end+quote").send().await;
    let (status, message) = answer.said();
    assert_eq!(status, 400);
    assert!(message.starts_with("Invalid CIMI filter. Parse error at line 1, column 11"), "{message}");
    for bad in ["", "(", "timestamp>='nonsense'", "name intersects 'POINT(1 1'", "a..b=1", "\0", "%FF%FE"] {
        let answer = server.request("PUT", "/api/event").by(JANE).form(&format!("filter={bad}")).send().await;
        assert_eq!(answer.said().0, 400, "{bad:?}");
    }
}

#[tokio::test]
async fn figures_stand_under_what_was_asked_for() {
    let (server, _) = with_ten().await;
    let asked =
        "aggregation=terms:severity,max:details/number&aggregation=terms:content/resource/href,nonsense,a:b&last=0";
    let answer = server.request("PUT", "/api/event").by(JANE).form(asked).send().await.ok();
    let figures = answer["aggregations"].as_object().unwrap();
    assert_eq!(
        figures.keys().collect::<Vec<_>>(),
        ["max:details/number", "terms:content/resource/href", "terms:severity"]
    );
    assert_eq!(figures["terms:severity"]["buckets"], json!([{ "key": "low", "doc_count": 10 }]));
    assert_eq!(figures["max:details/number"]["value"], json!(9.0));
    let hidden = server.request("PUT", "/api/event").by(JOE).form(asked).send().await.ok();
    assert_eq!(hidden["aggregations"]["terms:severity"]["buckets"], json!([]));
    let many = format!("aggregation={}", ["terms:name"; 21].join(","));
    assert_eq!(server.request("PUT", "/api/event").by(JANE).form(&many).send().await.said().0, 400);
}

#[tokio::test]
async fn hidden_attributes_do_not_tell() {
    let server = Server::start().await;
    let opening = server.act("reboot", JANE).await;
    assert_eq!(server.found("filter=name='nuvlabox.reboot.requested'", JOE).await, [opening]);
    for filter in
        ["details/force=true", "details/force!=true", "details/force=null", "event-type!='x'", "acl/owners='user/jane'"]
    {
        assert_eq!(server.found(&format!("filter={filter}"), JOE).await, Vec::<String>::new(), "{filter}");
    }
    let answer = server.request("PUT", "/api/event").by(JOE).form("select=details,content,acl,name").send().await.ok();
    for event in answer["resources"].as_array().unwrap() {
        assert_eq!(event.as_object().unwrap().keys().collect::<Vec<_>>(), ["id", "name"], "{event}");
    }
}

/// As its table of events asks: facts/http-contract, 7.1.
#[tokio::test]
async fn the_web_interface_finds_what_it_asks_for() {
    let server = Server::start().await;
    let reboot = server.act("reboot", JANE).await;
    let mut document = json!({
        "event-type": "session.add", "category": "user", "severity": "medium", "success": true,
        "resource": { "href": "session/1" }, "linked-identifiers": ["user/jane"], "message": "jane logged in",
        "acl": { "owners": ["user/jane"] },
    });
    let login = server.post(&document, ADMIN).await;
    document["event-type"] = json!("session.refresh");
    server.post(&document, ADMIN).await;

    let mine = "(authn-info/active-claim='user/jane' orcontent/linked-identifiers='user/jane')";
    let select = "select=id%2C+name%2C+description%2C+content%2C+severity%2C+timestamp%2C+category%2C+authn-info";
    let ask = |filter: String| {
        let filter: String = form_encoded(&filter);
        let form = format!("filter={filter}&first=1&last=15&orderby=created%3Adesc&{select}");
        let request = server.request("PUT", "/api/event").by(JANE).form(&form);
        async { request.send().await.ok() }
    };
    let answer = ask(format!("{mine} and name=[\"session.add\" \"session.delete\" \"session.switch-group\"]")).await;
    assert_eq!(answer["count"], 1);
    let event = &answer["resources"][0];
    assert_eq!(event["id"], json!(login));
    let mut shown: Vec<&str> = event.as_object().unwrap().keys().map(String::as_str).collect();
    shown.sort_unstable();
    assert_eq!(shown, ["authn-info", "category", "content", "description", "id", "name", "severity", "timestamp"]);
    assert_eq!(event["content"], json!({ "resource": { "href": "session/1" }, "linked-identifiers": ["user/jane"] }));

    let answer = ask(format!("{mine} and content/resource/href='nuvlabox/1' and name='nuvlabox.reboot'")).await;
    assert_eq!(answer["count"], 1, "the closing is what older clients know");
    let event = &answer["resources"][0];
    assert_eq!(event["id"].as_str().unwrap()[..40], reboot[..40]);
    assert_eq!(
        (&event["description"], &event["severity"]),
        (&json!("user/jane ran reboot on nuvlabox/1"), &json!("medium"))
    );
    assert_eq!(event["authn-info"]["active-claim"], "user/jane");
    assert_eq!(ask(format!("{mine} and content/resource/href=['nuvlabox/1' 'nuvlabox/2']")).await["count"], 4);
}

/// What the notification service reads of a document, and the job engine asks: facts/http-contract, 7.2 and 7.4.
#[tokio::test]
async fn other_consumers_find_the_fields_that_they_need() {
    let server = Server::start().await;
    let publish = json!({
        "name": "module.publish", "category": "action", "severity": "medium", "success": true, "description": "published",
        "timestamp": "2026-01-01T00:00:00Z",
        "content": { "resource": { "href": "module/5_3", "content": { "name": "app", "path": "a/app", "subtype": "application" } } },
    });
    let blackbox = json!({
        "category": "user", "severity": "medium", "tags": ["application/blackbox"], "timestamp": "2026-01-01T00:00:00Z",
        "content": { "resource": { "href": "data-record/1" }, "state": "created" },
        "acl": { "owners": ["user/jane"], "view-data": ["group/x"] },
    });
    for (document, fields) in [
        (&publish, ["/name", "/content/resource/href", "/content/resource/content", "/description"]),
        (&blackbox, ["/category", "/content/state", "/tags", "/acl/owners"]),
    ] {
        let id = server.post(document, ADMIN).await;
        let event = server.get(&format!("/api/{id}")).by(ADMIN).send().await.ok();
        for field in fields {
            assert_eq!(event.pointer(field), document.pointer(field), "{field}");
        }
        assert!(event["name"].is_string() && event["timestamp"].is_string());
    }
    let count = |filter: &str| {
        let request =
            server.request("PUT", "/api/event").by(ADMIN).form(&format!("filter={}&last=0", form_encoded(filter)));
        async { request.send().await.ok()["count"].clone() }
    };
    assert_eq!(count("created>\"now-1h\"").await, 2);
    assert_eq!(count("created<'now-7d'").await, 0);
    assert_eq!(count("content/resource/href^='data-record/' and content/state='created'").await, 1);
}

/// What a browser sends of a text in a form.
fn form_encoded(text: &str) -> String {
    let encoded = text.bytes().map(|byte| match byte {
        b' ' => "+".to_owned(),
        byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    });
    encoded.collect()
}
