//! Sets: what is done to each deployment stands below what is done to the set.

use std::sync::Arc;

use events::assert_events;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::server::{JANE, JOE, NOBODY, Server, details, of_type};

const MODULE: &str = "module/00000000-0000-4000-8000-000000000001";
const FLEET: [&str; 2] =
    ["nuvlabox/00000000-0000-4000-8000-000000000001", "nuvlabox/00000000-0000-4000-8000-000000000002"];
const ABSENT: &str = "deployment-set/00000000-0000-4000-8000-000000000000";

async fn added(server: &mut Server, fleet: &[&str]) -> String {
    server.adds(JANE, "deployment-set", json!({ "name": "all", "module": MODULE, "fleet": fleet })).await
}

/// All resources of a type, oldest first.
async fn all(server: &Server, resource_type: &str) -> Vec<String> {
    let found = server.asks(JANE, &format!("GET {resource_type}"), Value::Null, 200).await.body;
    let resources = found["resources"].as_array().unwrap();
    resources.iter().rev().map(|resource| resource["id"].as_str().unwrap().to_owned()).collect()
}

/// The deployments tell that they are in another state.
async fn tell(server: &mut Server, state: &str) {
    for parameter in all(server, "deployment-parameter").await {
        server.prepares(JANE, &format!("PUT {parameter}"), json!({ "value": state })).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn adding_one() {
    let mut server = Server::start();
    let body = json!({ "name": "all", "module": MODULE, "fleet": FLEET });
    let id = server.asks(JANE, "POST deployment-set", body.clone(), 201).await.location();
    assert_events!(server.trail, format!("deployment-set.add {id}") => completed);
    let events = server.recorded(JANE, &[JANE], &[JOE]);
    let recorded = details(of_type(&events, "deployment-set.add.completed"));
    assert_eq!(recorded, json!({ "name": "all", "module": MODULE, "fleet": 2 }));
    server.refuses(NOBODY, "POST deployment-set", body, (403, "credentials required"), "deployment-set.add").await;
    let fleet: Vec<_> = (0..=1_000).map(|number| format!("nuvlabox/{number}")).collect();
    server.asks(JANE, "POST deployment-set", json!({ "module": MODULE, "fleet": fleet }), 400).await;
    assert_events!(server.trail, "deployment-set.add" => failed(error));
}

#[tokio::test(flavor = "multi_thread")]
async fn planning_tells_what_a_start_would_do() {
    let mut server = Server::start();
    let id = added(&mut server, &FLEET).await;
    let (request, what) = (format!("POST {id}/plan"), format!("deployment-set.plan {id}"));
    let plan = server.asks(JANE, &request, Value::Null, 200).await.body;
    assert_eq!(plan, json!({ "deployments-to-add": FLEET, "deployments-to-start": [] }));
    assert_events!(server.trail, what => completed);
    let events = server.recorded(JANE, &[JANE], &[JOE]);
    let recorded = details(of_type(&events, "deployment-set.plan.completed"));
    assert_eq!(recorded, json!({ "deployments-to-add": 2, "deployments-to-start": 0 }));
    refused(&mut server, &id, "plan").await;
}

async fn refused(server: &mut Server, id: &str, action: &str) {
    let (request, what) = (format!("POST {id}/{action}"), format!("deployment-set.{action} {id}"));
    server.refuses(JOE, &request, Value::Null, (403, &format!("invalid credentials for '{id}'")), &what).await;
    let (request, what) = (format!("POST {ABSENT}/{action}"), format!("deployment-set.{action} {ABSENT}"));
    server.refuses(JANE, &request, Value::Null, (404, &format!("{ABSENT} not found")), &what).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn starting_one_adds_and_starts_what_is_missing() {
    let mut server = Server::start();
    let id = added(&mut server, &FLEET).await;
    let (request, what) = (format!("POST {id}/start"), format!("deployment-set.start {id}"));
    let tally = server.asks(JANE, &request, Value::Null, 200).await.body;
    let deployments = all(&server, "deployment").await;
    let [first, second] = &deployments[..] else { panic!("{deployments:?}") };
    assert_eq!((&tally["success"], &tally["message"]), (&json!(deployments), &json!("2 done, 0 failed")));
    let jobs = all(&server, "job").await;
    assert_events!(server.trail,
        what => completed {
            format!("deployment.add {first}") => completed,
            format!("deployment.add {second}") => completed,
            format!("deployment.start {first}") => open {
                format!("job.add {}", jobs[0]) => completed,
                format!("deployment.state-changed {first}"),
            },
            format!("deployment.start {second}") => open {
                format!("job.add {}", jobs[1]) => completed,
                format!("deployment.state-changed {second}"),
            },
        },
    );
    let events = server.recorded(JANE, &[JANE], &[JOE]);
    let closing = of_type(&events, "deployment-set.start.completed");
    assert_eq!(details(closing), json!({ "done": 2, "failed": 0 }));
    let root = of_type(&events, "deployment-set.start").id;
    assert!(events.iter().all(|event| event.root == Some(root)), "one tree");
    // A job knows what caused it, and what caused that.
    let job = server.asks(JANE, &format!("GET {}", jobs[0]), Value::Null, 200).await.body;
    assert_eq!(job["root"], json!(root));
    assert_ne!(job["parent"], json!(root));

    // One that is under way does not keep the set from the others.
    let tally = server.asks(JANE, &request, Value::Null, 200).await.body;
    assert_eq!(tally["message"], "0 done, 2 failed");
    assert_eq!(tally["failed"][0]["message"], format!("invalid state for start on {first}: STARTING"));
    assert_events!(server.trail,
        what => completed {
            format!("deployment.start {first}") => failed(error),
            format!("deployment.start {second}") => failed(error),
        },
    );
    refused(&mut server, &id, "start").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_starts_one_at_the_same_time_adds_no_deployment_twice() {
    let mut server = Server::start();
    let id = added(&mut server, &FLEET).await;
    let server = Arc::new(server);
    let mut starts = JoinSet::new();
    for _ in 0..8 {
        let (server, request) = (server.clone(), format!("POST {id}/start"));
        starts.spawn(async move { server.asks(JANE, &request, Value::Null, 200).await });
    }
    starts.join_all().await;
    let deployments = all(&server, "deployment").await;
    let set = server.asks(JANE, &format!("GET {id}"), Value::Null, 200).await.body;
    let of_each = json!({ (FLEET[0]): deployments[0], (FLEET[1]): deployments[1] });
    assert_eq!((&set["deployments"], deployments.len()), (&of_each, 2));
    assert_eq!(all(&server, "job").await.len(), 2, "each is started once");

    // Nobody gets into a set who may not manage it, nor for a device that has its deployment.
    for (by, nuvlabox, status) in [(JOE, json!(FLEET[0]), 403), (JANE, json!(FLEET[0]), 409), (JANE, json!(null), 409)]
    {
        let body = json!({ "deployment-set": id, "nuvlabox": nuvlabox });
        server.asks(by, "POST deployment", body, status).await;
    }
    assert_eq!(all(&server, "deployment").await, deployments);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_whose_deployment_is_deleted_gets_another_one() {
    let mut server = Server::start();
    let id = added(&mut server, &FLEET).await;
    server.prepares(JANE, &format!("POST {id}/start"), Value::Null).await;
    tell(&mut server, "STOPPED").await;
    let deployments = all(&server, "deployment").await;
    let [first, second] = &deployments[..] else { panic!("{deployments:?}") };
    server.prepares(JANE, &format!("DELETE {first}"), Value::Null).await;
    let plan = server.asks(JANE, &format!("POST {id}/plan"), Value::Null, 200).await.body;
    assert_eq!(plan, json!({ "deployments-to-add": [FLEET[0]], "deployments-to-start": [second] }));
    let tally = server.asks(JANE, &format!("POST {id}/start"), Value::Null, 200).await;
    assert_eq!(tally.text("message"), "2 done, 0 failed");
    assert_eq!(all(&server, "deployment").await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_one_stops_each() {
    let mut server = Server::start();
    let id = added(&mut server, &FLEET[..1]).await;
    server.prepares(JANE, &format!("POST {id}/start"), Value::Null).await;
    tell(&mut server, "STARTED").await;
    let deployment = all(&server, "deployment").await.remove(0);
    server.asks(JANE, &format!("POST {id}/stop"), Value::Null, 200).await;
    let job = all(&server, "job").await.remove(1);
    assert_events!(server.trail,
        format!("deployment-set.stop {id}") => completed {
            format!("deployment.stop {deployment}") => open {
                format!("job.add {job}") => completed,
                format!("deployment.state-changed {deployment}"),
            },
        },
    );
    server.recorded(JANE, &[JANE], &[JOE]);
    refused(&mut server, &id, "stop").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_bulk_each_set_stands_below_one_event_of_all() {
    let mut server = Server::start();
    let sets = [added(&mut server, &FLEET[..1]).await, added(&mut server, &FLEET[1..]).await];
    for set in &sets {
        server.prepares(JANE, &format!("POST {set}/start"), Value::Null).await;
    }
    let [first, second] = &sets;
    let deployments = all(&server, "deployment").await;
    let bulk = [("nuvla-authn-info", JANE), ("bulk", "yes")];
    let ids = json!({ "ids": [first, ABSENT, second] });
    for (before, operation) in [("STOPPED", "start"), ("STARTED", "stop")] {
        println!("{operation}");
        tell(&mut server, before).await;
        let (request, event) =
            (format!("PATCH deployment-set/bulk-{operation}"), format!("deployment-set.bulk-{operation}"));
        let tally = server.send_with(&bulk, &request, ids.clone()).await;
        assert_eq!((tally.status, tally.text("message")), (200, "2 done, 1 failed"));
        assert_eq!(tally.body["failed"], json!([{ "resource-id": ABSENT, "message": format!("{ABSENT} not found") }]));
        let jobs = all(&server, "job").await;
        let [.., one, other] = &jobs[..] else { panic!("{jobs:?}") };
        let (set, deployment) = (format!("deployment-set.{operation}"), format!("deployment.{operation}"));
        assert_events!(server.trail,
            event => completed {
                format!("{set} {first}") => completed {
                    format!("{deployment} {}", deployments[0]) => open {
                        format!("job.add {one}") => completed,
                        format!("deployment.state-changed {}", deployments[0]),
                    },
                },
                format!("{set} {ABSENT}") => failed(error),
                format!("{set} {second}") => completed {
                    format!("{deployment} {}", deployments[1]) => open {
                        format!("job.add {other}") => completed,
                        format!("deployment.state-changed {}", deployments[1]),
                    },
                },
            },
        );
        let events = server.recorded(JANE, &[JANE], &[JOE]);
        let closing = of_type(&events, &format!("{event}.completed"));
        assert_eq!(details(closing), json!({ "sets": 3, "done": 2, "failed": 1 }));
        assert_eq!((&closing.resource.href, &*closing.resource.resource_type), (&None, "deployment-set"));

        // It takes a header, a choice, and a user.
        let without = server.asks(JANE, &request, ids.clone(), 400).await;
        assert_eq!(without.text("message"), "Bulk request should contain bulk http header.");
        assert_events!(server.trail, event => failed(error));
        let none = server.send_with(&bulk, &request, json!({})).await;
        assert_eq!((none.status, none.text("message")), (400, "Bulk request should name the resources in `ids`."));
        assert_events!(server.trail, event => failed(error));
        server.recorded(JANE, &[JANE], &[JOE]);
        server.refuses(NOBODY, &request, ids.clone(), (403, "credentials required"), &event).await;
    }
}
