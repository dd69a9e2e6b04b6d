//! Edge devices.

use std::sync::Arc;

use events::{Severity, assert_events, memory::Fault};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::server::{ADMIN, JANE, JOE, NOBODY, Server, details, of_type};

const ABSENT: &str = "nuvlabox/00000000-0000-4000-8000-000000000000";

/// One of Jane's, in use.
async fn in_use(server: &mut Server) -> String {
    let id = server.adds(JANE, "nuvlabox", json!({ "name": "gateway" })).await;
    server.prepares(JANE, &format!("POST {id}/activate"), Value::Null).await;
    server.prepares(JANE, &format!("POST {id}/commission"), Value::Null).await;
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn adding_one() {
    let mut server = Server::start();
    let answer = server.asks(JANE, "POST nuvlabox", json!({ "name": "gateway" }), 201).await;
    let id = answer.location();
    assert_eq!(answer.body, json!({ "status": 201, "message": format!("{id} created"), "resource-id": id }));
    assert_events!(server.trail, format!("nuvlabox.add {id}") => completed);
    let events = server.recorded(JANE, &[JANE], &[JOE, NOBODY]);
    assert_eq!(details(of_type(&events, "nuvlabox.add.completed")), json!({ "name": "gateway" }));
    assert_eq!(of_type(&events, "nuvlabox.add").category, "crud");

    server.refuses(NOBODY, "POST nuvlabox", json!({}), (403, "credentials required"), "nuvlabox.add").await;
    let schema = json!({ "acl": { "owners": [] } });
    let answer = server.asks(JANE, "POST nuvlabox", schema, 400).await;
    assert!(answer.text("message").ends_with("does not satisfy defined schema: `acl` names no owner"));
    assert_events!(server.trail, "nuvlabox.add" => failed(error));
}

#[tokio::test(flavor = "multi_thread")]
async fn editing_one() {
    let mut server = Server::start();
    let id = server.adds(JANE, "nuvlabox", json!({ "name": "gateway" })).await;
    let (request, what) = (format!("PUT {id}"), format!("nuvlabox.edit {id}"));
    server.asks(JANE, &request, json!({ "name": "gate" }), 200).await;
    assert_events!(server.trail, what => completed);
    let events = server.recorded(JANE, &[JANE], &[JOE]);
    assert_eq!(details(of_type(&events, "nuvlabox.edit.completed")), json!({ "name": "gate" }));

    // Whoever does the server's jobs says how far they are.
    server.asks(ADMIN, &request, json!({ "state": "DECOMMISSIONED" }), 200).await;
    assert_events!(server.trail, what => completed { format!("nuvlabox.state-changed {id}") });
    let events = server.recorded(ADMIN, &[JANE], &[JOE]);
    let changed = of_type(&events, "nuvlabox.state-changed");
    assert_eq!(details(changed), json!({ "old-state": "NEW", "new-state": "DECOMMISSIONED" }));

    let forbidden = format!("invalid credentials for '{id}'");
    server.refuses(JOE, &request, json!({ "name": "mine" }), (403, &forbidden), &what).await;
    let absent = format!("nuvlabox.edit {ABSENT}");
    server.refuses(JANE, &format!("PUT {ABSENT}"), json!({}), (404, &format!("{ABSENT} not found")), &absent).await;
    // Her own, but the state is not hers to say.
    let answer = server.asks(JANE, &request, json!({ "state": "NEW" }), 403).await;
    assert_eq!(answer.text("message"), forbidden);
    assert_events!(server.trail, what => failed(error));
    server.recorded(JANE, &[JANE], &[JOE]);
}

#[tokio::test(flavor = "multi_thread")]
async fn deleting_one() {
    let mut server = Server::start();
    let id = server.adds(JANE, "nuvlabox", json!({})).await;
    let (request, what) = (format!("DELETE {id}"), format!("nuvlabox.delete {id}"));
    server.refuses(JOE, &request, Value::Null, (403, &format!("invalid credentials for '{id}'")), &what).await;
    server.prepares(JANE, &format!("POST {id}/activate"), Value::Null).await;
    let conflict = format!("invalid state for delete on {id}: ACTIVATED");
    server.refuses(JANE, &request, Value::Null, (409, &conflict), &what).await;
    server.prepares(ADMIN, &format!("PUT {id}"), json!({ "state": "DECOMMISSIONED" })).await;

    let answer = server.asks(JANE, &request, Value::Null, 200).await;
    assert_eq!(answer.body, json!({ "status": 200, "message": format!("{id} deleted"), "resource-id": id }));
    assert_events!(server.trail, what => completed);
    let events = server.recorded(JANE, &[JANE], &[JOE]);
    assert_eq!(of_type(&events, "nuvlabox.delete.completed").severity, Severity::High);
    server.refuses(JANE, &request, Value::Null, (404, &format!("{id} not found")), &what).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn activating_one() {
    let mut server = Server::start();
    let id = server.adds(JANE, "nuvlabox", json!({})).await;
    let (request, what) = (format!("POST {id}/activate"), format!("nuvlabox.activate {id}"));
    server.refuses(JOE, &request, Value::Null, (403, &format!("invalid credentials for '{id}'")), &what).await;

    server.asks(JANE, &request, Value::Null, 200).await;
    assert_events!(server.trail, what => completed { format!("nuvlabox.state-changed {id}") });
    let events = server.recorded(JANE, &[JANE], &[JOE]);
    let changed = of_type(&events, "nuvlabox.state-changed");
    assert_eq!(
        (details(changed), &*changed.category),
        (json!({ "old-state": "NEW", "new-state": "ACTIVATED" }), "state")
    );

    let conflict = format!("invalid state for activate on {id}: ACTIVATED");
    server.refuses(JANE, &request, Value::Null, (409, &conflict), &what).await;
    let (request, what) = (format!("POST {ABSENT}/activate"), format!("nuvlabox.activate {ABSENT}"));
    server.refuses(JANE, &request, Value::Null, (404, &format!("{ABSENT} not found")), &what).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn commissioning_one_adds_what_runs_on_it() {
    let mut server = Server::start();
    let id = server.adds(JANE, "nuvlabox", json!({})).await;
    let (request, what) = (format!("POST {id}/commission"), format!("nuvlabox.commission {id}"));
    let conflict = format!("invalid state for commission on {id}: NEW");
    server.refuses(JANE, &request, Value::Null, (409, &conflict), &what).await;
    server.prepares(JANE, &format!("POST {id}/activate"), Value::Null).await;
    server.refuses(JOE, &request, Value::Null, (403, &format!("invalid credentials for '{id}'")), &what).await;

    let endpoints = json!({ "swarm-endpoint": "https://a:5000", "kubernetes-endpoint": "https://a:6443" });
    server.asks(JANE, &request, endpoints.clone(), 200).await;
    let services = server.asks(JANE, "GET infrastructure-service", Value::Null, 200).await.body["resources"].clone();
    let [kubernetes, swarm] = [0, 1].map(|index| services[index]["id"].as_str().unwrap().to_owned());
    assert_events!(server.trail,
        what => completed {
            format!("infrastructure-service.add {swarm}") => completed {
                format!("infrastructure-service.state-changed {swarm}"),
            },
            format!("infrastructure-service.add {kubernetes}") => completed {
                format!("infrastructure-service.state-changed {kubernetes}"),
            },
            format!("nuvlabox.state-changed {id}"),
        },
    );
    let events = server.recorded(JANE, &[JANE], &[JOE]);
    assert_eq!(details(of_type(&events, "nuvlabox.commission.completed")), endpoints);
    let changed = of_type(&events, "nuvlabox.state-changed");
    assert_eq!(details(changed), json!({ "old-state": "ACTIVATED", "new-state": "COMMISSIONED" }));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_commissions_one_again_adds_no_service_twice() {
    let mut server = Server::start();
    let id = server.adds(JANE, "nuvlabox", json!({})).await;
    server.prepares(JANE, &format!("POST {id}/activate"), Value::Null).await;
    let endpoints = json!({ "swarm-endpoint": "https://a:5000", "kubernetes-endpoint": "https://a:6443" });
    let request = format!("POST {id}/commission");
    let count = async |server: &Server| {
        server.asks(JANE, "GET infrastructure-service", Value::Null, 200).await.body["count"].clone()
    };
    // The opening of this is stored, that of its first service is not: nothing is done.
    server.store.faults().fail_append(2, Fault::Full);
    server.asks(JANE, &request, endpoints.clone(), 503).await;
    let state = server.asks(JANE, &format!("GET {id}"), Value::Null, 200).await;
    assert_eq!((state.text("state"), count(&server).await), ("ACTIVATED", json!(0)));

    let server = Arc::new(server);
    let mut attempts = JoinSet::new();
    for _ in 0..8 {
        let (server, request, endpoints) = (server.clone(), request.clone(), endpoints.clone());
        attempts.spawn(async move { server.send(JANE, &request, endpoints).await.status });
    }
    let mut statuses = attempts.join_all().await;
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409, 409, 409, 409, 409, 409, 409]);
    assert_eq!(count(&server).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn commissioning_one_changes_where_a_service_answers_that_is_there() {
    let mut server = Server::start();
    let id = server.adds(JANE, "nuvlabox", json!({})).await;
    server.prepares(JANE, &format!("POST {id}/activate"), Value::Null).await;
    let body = json!({ "subtype": "swarm", "endpoint": "https://a:5000", "nuvlabox": id });
    let deleted = server.adds(JANE, "infrastructure-service", body.clone()).await;
    server.asks(JANE, "POST infrastructure-service", body.clone(), 409).await;
    server.asks(JANE, &format!("DELETE {deleted}"), Value::Null, 200).await;
    let service = server.adds(JANE, "infrastructure-service", body).await;
    server.forget();

    let request = format!("POST {id}/commission");
    server.asks(JANE, &request, json!({ "swarm-endpoint": "https://b:5000" }), 200).await;
    assert_events!(server.trail,
        format!("nuvlabox.commission {id}") => completed {
            format!("infrastructure-service.edit {service}") => completed,
            format!("nuvlabox.state-changed {id}"),
        },
    );
    let document = server.asks(JANE, &format!("GET {service}"), Value::Null, 200).await;
    assert_eq!(document.text("endpoint"), "https://b:5000");
}

#[tokio::test(flavor = "multi_thread")]
async fn decommissioning_one() {
    let mut server = Server::start();
    let id = in_use(&mut server).await;
    let (request, what) = (format!("POST {id}/decommission"), format!("nuvlabox.decommission {id}"));
    server.refuses(JOE, &request, Value::Null, (403, &format!("invalid credentials for '{id}'")), &what).await;

    let answer = server.asks(JANE, &request, Value::Null, 202).await;
    let job = answer.location();
    assert_eq!(answer.text("message"), format!("decommissioning {id} with async {job}"));
    assert_events!(server.trail,
        what => completed {
            format!("job.add {job}") => completed,
            format!("nuvlabox.state-changed {id}"),
        },
    );
    let events = server.recorded(JANE, &[JANE], &[JOE]);
    let closing = of_type(&events, "nuvlabox.decommission.completed");
    assert_eq!((&closing.linked_identifiers[..], closing.severity), (&[job][..], Severity::High));

    let conflict = format!("invalid state for decommission on {id}: DECOMMISSIONING");
    server.refuses(JANE, &request, Value::Null, (409, &conflict), &what).await;
}

/// An action that a job does on the device.
struct OnDevice {
    action: &'static str,
    body: Value,
    job: &'static str,
    details: Value,
    /// What is linked beside the job.
    linked: &'static [&'static str],
}

#[tokio::test(flavor = "multi_thread")]
async fn actions_that_a_job_does_on_the_device() {
    const KEY: &str = "credential/00000000-0000-4000-8000-000000000001";
    const RELEASE: &str = "nuvlabox-release/00000000-0000-4000-8000-000000000002";
    let on_device = |action, body, job, details, linked| OnDevice { action, body, job, details, linked };
    let actions = [
        on_device("reboot", Value::Null, "reboot_nuvlabox", json!({ "force": false }), &[][..]),
        on_device("reboot", json!({ "force": true }), "force_reboot_nuvlabox", json!({ "force": true }), &[]),
        on_device("check-api", Value::Null, "check_nuvlabox_api", json!({}), &[]),
        on_device(
            "add-ssh-key",
            json!({ "credential": KEY }),
            "nuvlabox_add_ssh_key",
            json!({ "credential": KEY }),
            &[KEY],
        ),
        on_device(
            "revoke-ssh-key",
            json!({ "credential": KEY }),
            "nuvlabox_revoke_ssh_key",
            json!({ "credential": KEY }),
            &[KEY],
        ),
        on_device(
            "update-nuvlabox",
            json!({ "nuvlabox-release": RELEASE }),
            "nuvlabox_update",
            json!({ "nuvlabox-release": RELEASE }),
            &[RELEASE],
        ),
        on_device(
            "cluster-nuvlabox",
            json!({ "cluster-action": "join-worker" }),
            "cluster_nuvlabox",
            json!({ "cluster-action": "join-worker" }),
            &[],
        ),
    ];
    let mut server = Server::start();
    let id = in_use(&mut server).await;
    let new = server.adds(JANE, "nuvlabox", json!({})).await;
    for OnDevice { action, body, job: does, details: recorded, linked } in actions {
        println!("{action}");
        let (request, what) = (format!("POST {id}/{action}"), format!("nuvlabox.{action} {id}"));
        let job = server.asks(JANE, &request, body.clone(), 202).await.location();
        assert_events!(server.trail, what => completed { format!("job.add {job}") => completed });
        let events = server.recorded(JANE, &[JANE], &[JOE, NOBODY]);
        let closing = of_type(&events, &format!("nuvlabox.{action}.completed"));
        assert_eq!(closing.linked_identifiers, [linked, &[job.as_str()]].concat());
        assert_eq!(details(closing), recorded);
        let added = of_type(&events, "job.add.completed");
        assert_eq!((&added.linked_identifiers[..], details(added)), (&[id.clone()][..], json!({ "action": does })));
        let document = server.asks(JANE, &format!("GET {job}"), Value::Null, 200).await.body;
        let opening = of_type(&events, &format!("nuvlabox.{action}")).id.to_string();
        assert_eq!((&document["parent"], &document["root"]), (&json!(opening), &json!(opening)));
        assert_eq!((&document["target-resource"], &document["state"]), (&json!(id), &json!("QUEUED")));

        let forbidden = format!("invalid credentials for '{id}'");
        server.refuses(JOE, &request, body.clone(), (403, &forbidden), &what).await;
        let (request, what) = (format!("POST {ABSENT}/{action}"), format!("nuvlabox.{action} {ABSENT}"));
        server.refuses(JANE, &request, body.clone(), (404, &format!("{ABSENT} not found")), &what).await;
        // A device that does not run yet can still be rebooted.
        if action != "reboot" {
            let (request, what) = (format!("POST {new}/{action}"), format!("nuvlabox.{action} {new}"));
            let conflict = format!("invalid state for {action} on {new}: NEW");
            server.refuses(JANE, &request, body, (409, &conflict), &what).await;
        }
    }
}
