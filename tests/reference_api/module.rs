//! Modules and their versions.

use events::assert_events;
use serde_json::{Value, json};

use crate::server::{JANE, JOE, NOBODY, Server, details, of_type};

const ABSENT: &str = "module/00000000-0000-4000-8000-000000000000";

fn gateway() -> Value {
    json!({ "name": "gateway", "path": "apps/gateway", "subtype": "application", "content": "image: a" })
}

#[tokio::test(flavor = "multi_thread")]
async fn adding_one_records_no_content() {
    let mut server = Server::start();
    let id = server.asks(JANE, "POST module", gateway(), 201).await.location();
    assert_events!(server.trail, format!("module.add {id}") => completed);
    let events = server.recorded(JANE, &[JANE], &[JOE]);
    let recorded = details(of_type(&events, "module.add.completed"));
    assert_eq!(recorded, json!({ "name": "gateway", "path": "apps/gateway", "subtype": "application" }));
    server.refuses(NOBODY, "POST module", gateway(), (403, "credentials required"), "module.add").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn editing_publishing_and_deleting_one() {
    let mut server = Server::start();
    let id = server.adds(JANE, "module", gateway()).await;
    let edit = json!({ "content": "image: b" });
    for (request, operation, body, recorded) in [
        ("PUT {id}", "edit", edit, json!({ "version": 2 })),
        ("POST {id}/publish", "publish", Value::Null, json!({ "version": 2 })),
        ("DELETE {id}", "delete", Value::Null, json!({})),
    ] {
        println!("{operation}");
        let of = |id: &str| (request.replace("{id}", id), format!("module.{operation} {id}"));
        let (asked, what) = of(&id);
        server.refuses(JOE, &asked, body.clone(), (403, &format!("invalid credentials for '{id}'")), &what).await;
        let (absent, what_absent) = of(ABSENT);
        server.refuses(JANE, &absent, body.clone(), (404, &format!("{ABSENT} not found")), &what_absent).await;

        server.asks(JANE, &asked, body.clone(), 200).await;
        assert_events!(server.trail, what => completed);
        let events = server.recorded(JANE, &[JANE], &[JOE]);
        assert_eq!(details(of_type(&events, &format!("module.{operation}.completed"))), recorded);
        if operation == "publish" {
            // What notifications say of it, where they look for it.
            let found = server.asks(JANE, "GET event?filter=name='module.publish'&last=1", Value::Null, 200).await.body;
            let content = &found["resources"][0]["content"]["resource"]["content"];
            assert_eq!(*content, json!({ "name": "gateway", "path": "apps/gateway", "subtype": "application" }));
            let conflict = format!("invalid state for publish on {id}: published");
            server.refuses(JANE, &asked, body, (409, &conflict), &what).await;
        }
    }
}
