//! What applications run on: events of low severity.

use events::{Severity, assert_events};
use serde_json::{Value, json};

use crate::server::{ADMIN, JANE, JOE, NOBODY, Server, details, of_type};

const ABSENT: &str = "infrastructure-service/00000000-0000-4000-8000-000000000000";

#[tokio::test(flavor = "multi_thread")]
async fn adding_one_that_runs_already() {
    let mut server = Server::start();
    let body = json!({ "name": "lab", "subtype": "kubernetes", "endpoint": "https://lab:6443" });
    let id = server.asks(JANE, "POST infrastructure-service", body.clone(), 201).await.location();
    assert_events!(server.trail,
        format!("infrastructure-service.add {id}") => completed {
            format!("infrastructure-service.state-changed {id}"),
        },
    );
    let events = server.recorded(JANE, &[JANE], &[JOE]);
    assert!(events.iter().all(|event| event.severity == Severity::Low));
    let recorded = details(of_type(&events, "infrastructure-service.add.completed"));
    assert_eq!(recorded, json!({ "name": "lab", "subtype": "kubernetes" }));
    let changed = of_type(&events, "infrastructure-service.state-changed");
    assert_eq!(details(changed), json!({ "new-state": "STARTED" }));

    let what = "infrastructure-service.add";
    server.refuses(NOBODY, "POST infrastructure-service", body, (403, "credentials required"), what).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_does_not_run_yet_is_started_by_a_job() {
    let mut server = Server::start();
    let body = json!({ "subtype": "swarm" });
    let id = server.asks(JANE, "POST infrastructure-service", body, 201).await.location();
    assert_events!(server.trail,
        format!("infrastructure-service.add {id}") => completed {
            "job.add" => completed,
            format!("infrastructure-service.state-changed {id}"),
        },
    );
    let events = server.recorded(JANE, &[JANE], &[JOE]);
    let changed = of_type(&events, "infrastructure-service.state-changed");
    assert_eq!(details(changed), json!({ "new-state": "STARTING" }));
    let job = of_type(&events, "job.add.completed");
    assert_eq!(details(job), json!({ "action": "start_infrastructure_service" }));
    let closing = of_type(&events, "infrastructure-service.add.completed");
    assert_eq!(closing.linked_identifiers, [job.resource.href.clone().unwrap()]);

    let (request, what) = (format!("DELETE {id}"), format!("infrastructure-service.delete {id}"));
    let conflict = format!("invalid state for delete on {id}: STARTING");
    server.refuses(JANE, &request, Value::Null, (409, &conflict), &what).await;

    let request = format!("PUT {id}");
    server.asks(ADMIN, &request, json!({ "state": "STARTED", "endpoint": "https://a:5000" }), 200).await;
    assert_events!(server.trail,
        format!("infrastructure-service.edit {id}") => completed {
            format!("infrastructure-service.state-changed {id}"),
        },
    );
    let events = server.recorded(ADMIN, &[JANE], &[JOE]);
    let changed = of_type(&events, "infrastructure-service.state-changed");
    assert_eq!(details(changed), json!({ "old-state": "STARTING", "new-state": "STARTED" }));
    assert_eq!((changed.severity, &*changed.category), (Severity::Low, "state"));
}

#[tokio::test(flavor = "multi_thread")]
async fn editing_and_deleting_one() {
    let mut server = Server::start();
    let id =
        server.adds(JANE, "infrastructure-service", json!({ "subtype": "swarm", "endpoint": "https://a:5000" })).await;
    let forbidden = format!("invalid credentials for '{id}'");
    for (method, operation) in [("PUT", "edit"), ("DELETE", "delete")] {
        let (request, what) = (format!("{method} {id}"), format!("infrastructure-service.{operation} {id}"));
        server.refuses(JOE, &request, json!({}), (403, &forbidden), &what).await;
        let (absent, what_absent) =
            (format!("{method} {ABSENT}"), format!("infrastructure-service.{operation} {ABSENT}"));
        server.refuses(JANE, &absent, json!({}), (404, &format!("{ABSENT} not found")), &what_absent).await;
        server.asks(JANE, &request, json!({ "name": "lab" }), 200).await;
        assert_events!(server.trail, what => completed);
        server.recorded(JANE, &[JANE], &[JOE]);
    }
}
