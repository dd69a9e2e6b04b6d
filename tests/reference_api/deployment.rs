//! Deployments, and the parameters that tell how far they are.

use events::{EventId, assert_events};
use serde_json::{Value, json};

use crate::server::{ADMIN, JANE, JOE, NOBODY, Server, details, of_type};

const ABSENT: &str = "deployment/00000000-0000-4000-8000-000000000000";

async fn created(server: &mut Server) -> String {
    server.adds(JANE, "deployment", json!({ "name": "sensors" })).await
}

/// The parameter that says how far a deployment is.
fn state_parameter(deployment: &str) -> String {
    deployment.replace("deployment/", "deployment-parameter/")
}

/// The deployment tells that it is in another state.
async fn tells(server: &mut Server, deployment: &str, state: &str) {
    let request = format!("PUT {}", state_parameter(deployment));
    server.prepares(JANE, &request, json!({ "value": state })).await;
}

fn opening(events: &[events::Event], event_type: &str) -> EventId {
    of_type(events, event_type).id
}

#[tokio::test(flavor = "multi_thread")]
async fn adding_one_adds_its_parameter_without_an_event() {
    const MODULE: &str = "module/00000000-0000-4000-8000-000000000001";
    let mut server = Server::start();
    let body = json!({ "name": "sensors", "module": MODULE });
    let id = server.asks(JANE, "POST deployment", body.clone(), 201).await.location();
    assert_events!(server.trail, format!("deployment.add {id}") => completed);
    let events = server.recorded(JANE, &[JANE], &[JOE]);
    assert_eq!(details(of_type(&events, "deployment.add.completed")), body);
    let parameter = server.asks(JANE, &format!("GET {}", state_parameter(&id)), Value::Null, 200).await;
    assert_eq!((parameter.text("name"), parameter.text("deployment")), ("ss:state", &*id));

    server.refuses(NOBODY, "POST deployment", json!({}), (403, "credentials required"), "deployment.add").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn editing_one() {
    let mut server = Server::start();
    let id = created(&mut server).await;
    let (request, what) = (format!("PUT {id}"), format!("deployment.edit {id}"));
    server.asks(JANE, &request, json!({ "name": "meters" }), 200).await;
    assert_events!(server.trail, what => completed);
    let events = server.recorded(JANE, &[JANE], &[JOE]);
    assert_eq!(details(of_type(&events, "deployment.edit.completed")), json!({ "name": "meters" }));
    server.refuses(JOE, &request, json!({}), (403, &format!("invalid credentials for '{id}'")), &what).await;
    let absent = (404, &*format!("{ABSENT} not found"));
    server.refuses(JANE, &format!("PUT {ABSENT}"), json!({}), absent, &format!("deployment.edit {ABSENT}")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn deleting_one() {
    let mut server = Server::start();
    let id = created(&mut server).await;
    let (request, what) = (format!("DELETE {id}"), format!("deployment.delete {id}"));
    server.refuses(JOE, &request, Value::Null, (403, &format!("invalid credentials for '{id}'")), &what).await;
    tells(&mut server, &id, "STARTED").await;
    let conflict = format!("invalid state for delete on {id}: STARTED");
    server.refuses(JANE, &request, Value::Null, (409, &conflict), &what).await;
    tells(&mut server, &id, "STOPPED").await;
    server.asks(JANE, &request, Value::Null, 200).await;
    assert_events!(server.trail, what => completed);
    server.recorded(JANE, &[JANE], &[JOE]);
    server.refuses(JANE, &request, Value::Null, (404, &format!("{id} not found")), &what).await;
    server.asks(JANE, &format!("GET {}", state_parameter(&id)), Value::Null, 404).await;
}

/// An operation that stays open until its job says how it went.
struct Deferred {
    action: &'static str,
    /// The states that it is allowed in, that it goes through, and that it ends in.
    from: &'static str,
    through: &'static str,
    to: &'static str,
    job: &'static str,
}

const DEFERRED: [Deferred; 2] = [
    Deferred { action: "start", from: "CREATED", through: "STARTING", to: "STARTED", job: "start_deployment" },
    Deferred { action: "stop", from: "STARTED", through: "STOPPING", to: "STOPPED", job: "stop_deployment" },
];

#[tokio::test(flavor = "multi_thread")]
async fn starting_and_stopping_one_stays_open_until_the_job_is_done() {
    let mut server = Server::start();
    let id = created(&mut server).await;
    let parameter = state_parameter(&id);
    for Deferred { action, from, through, to, job: does } in DEFERRED {
        println!("{action}");
        let (request, what) = (format!("POST {id}/{action}"), format!("deployment.{action} {id}"));
        server.refuses(JOE, &request, Value::Null, (403, &format!("invalid credentials for '{id}'")), &what).await;

        let job = server.asks(JANE, &request, Value::Null, 202).await.location();
        assert_events!(server.trail,
            what => open {
                format!("job.add {job}") => completed,
                format!("deployment.state-changed {id}"),
            },
        );
        let events = server.recorded(JANE, &[JANE], &[JOE]);
        let changed = of_type(&events, "deployment.state-changed");
        assert_eq!(details(changed), json!({ "old-state": from, "new-state": through }));
        assert_eq!(details(of_type(&events, "job.add.completed")), json!({ "action": does }));
        let operation = opening(&events, &format!("deployment.{action}"));
        let document = server.asks(ADMIN, &format!("GET {job}"), Value::Null, 200).await.body;
        assert_eq!(document["parent"], json!(operation));
        let conflict = format!("invalid state for {action} on {id}: {through}");
        server.refuses(JANE, &request, Value::Null, (409, &conflict), &what).await;

        // What the job does: the deployment tells its state, the operation is closed.
        server.asks(ADMIN, &format!("PUT {parameter}"), json!({ "value": to }), 200).await;
        assert_events!(server.trail,
            format!("deployment-parameter.edit {parameter}") => completed { format!("deployment.state-changed {id}") },
        );
        let events = server.recorded(ADMIN, &[JANE], &[JOE]);
        let changed = of_type(&events, "deployment.state-changed");
        assert_eq!(details(changed), json!({ "old-state": through, "new-state": to }));
        assert_eq!(changed.linked_identifiers, [parameter.as_str()]);
        assert_eq!(details(of_type(&events, "deployment-parameter.edit.completed")), json!({ "value": to }));

        let complete = format!("POST {operation}/complete");
        server.asks(JANE, &complete, Value::Null, 403).await;
        server.asks(ADMIN, &complete, Value::Null, 200).await;
        server.asks(ADMIN, &complete, Value::Null, 409).await;
        assert_events!(server.trail, format!("deployment.{action}.completed {id}"));
        let events = server.recorded(ADMIN, &[JANE], &[JOE]);
        let closing = of_type(&events, &format!("deployment.{action}.completed"));
        assert_eq!(closing.linked_identifiers, [job], "what the handler linked is in the closing");
    }
    for Deferred { action, .. } in DEFERRED {
        let (request, what) = (format!("POST {ABSENT}/{action}"), format!("deployment.{action} {ABSENT}"));
        server.refuses(JANE, &request, Value::Null, (404, &format!("{ABSENT} not found")), &what).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_fails_closes_what_it_was_to_do_as_failed() {
    let mut server = Server::start();
    let id = created(&mut server).await;
    server.asks(JANE, &format!("POST {id}/start"), Value::Null, 202).await;
    let events = server.recorded(JANE, &[JANE], &[JOE]);
    server.forget();
    let fail = format!("POST {}/fail", opening(&events, "deployment.start"));
    server.asks(ADMIN, &fail, json!({ "message": "the image cannot be pulled" }), 200).await;
    assert_events!(server.trail, format!("deployment.start.failed {id}"));
    let events = server.recorded(ADMIN, &[JANE], &[JOE]);
    let failure = of_type(&events, "deployment.start.failed").failure.clone().unwrap();
    assert_eq!(failure.message.as_deref(), Some("the image cannot be pulled"));
}

#[tokio::test(flavor = "multi_thread")]
async fn updating_one() {
    const MODULE: &str = "module/00000000-0000-4000-8000-000000000001";
    let mut server = Server::start();
    let id = created(&mut server).await;
    let (request, what) = (format!("POST {id}/update"), format!("deployment.update {id}"));
    let conflict = format!("invalid state for update on {id}: CREATED");
    server.refuses(JANE, &request, Value::Null, (409, &conflict), &what).await;
    tells(&mut server, &id, "STARTED").await;
    server.refuses(JOE, &request, Value::Null, (403, &format!("invalid credentials for '{id}'")), &what).await;

    let job = server.asks(JANE, &request, json!({ "module": MODULE }), 202).await.location();
    assert_events!(server.trail,
        what => completed {
            format!("job.add {job}") => completed,
            format!("deployment.state-changed {id}"),
        },
    );
    let events = server.recorded(JANE, &[JANE], &[JOE]);
    let closing = of_type(&events, "deployment.update.completed");
    assert_eq!((details(closing), &closing.linked_identifiers[..]), (json!({ "module": MODULE }), &[job][..]));
    assert_eq!(server.asks(JANE, &format!("GET {id}"), Value::Null, 200).await.text("module"), MODULE);
    let (request, what) = (format!("POST {ABSENT}/update"), format!("deployment.update {ABSENT}"));
    server.refuses(JANE, &request, Value::Null, (404, &format!("{ABSENT} not found")), &what).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cloning_one_adds_another() {
    let mut server = Server::start();
    let id = created(&mut server).await;
    let (request, what) = (format!("POST {id}/clone"), format!("deployment.clone {id}"));
    server.refuses(JOE, &request, Value::Null, (403, &format!("invalid credentials for '{id}'")), &what).await;
    let copy = server.asks(JANE, &request, Value::Null, 201).await.location();
    assert_events!(server.trail, what => completed { format!("deployment.add {copy}") => completed });
    let events = server.recorded(JANE, &[JANE], &[JOE]);
    assert_eq!(of_type(&events, "deployment.clone.completed").linked_identifiers, [copy.as_str()]);
    assert_eq!(server.asks(JANE, &format!("GET {copy}"), Value::Null, 200).await.text("name"), "sensors clone");
    let (request, what) = (format!("POST {ABSENT}/clone"), format!("deployment.clone {ABSENT}"));
    server.refuses(JANE, &request, Value::Null, (404, &format!("{ABSENT} not found")), &what).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_change_a_deployment_no_more_tells_its_state_no_more() {
    let mut server = Server::start();
    let acl = json!({ "owners": ["user/jane"], "edit-data": ["user/joe"] });
    let id = server.adds(JANE, "deployment", json!({ "acl": acl })).await;
    let tell = format!("PUT {}", state_parameter(&id));
    server.prepares(JOE, &tell, json!({ "value": "STARTED" })).await;
    server.prepares(JANE, &format!("PUT {id}"), json!({ "acl": { "owners": ["user/jane"] } })).await;
    let answer = server.asks(JOE, &tell, json!({ "value": "ERROR" }), 403).await;
    assert_eq!(answer.text("message"), format!("invalid credentials for '{id}'"));
    assert_events!(server.trail, format!("deployment-parameter.edit {}", state_parameter(&id)) => failed(error));
    let parameter = server.asks(JANE, &format!("GET {}", state_parameter(&id)), Value::Null, 200).await;
    assert_eq!(parameter.text("value"), "STARTED", "nothing of it is done");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parameter_takes_only_states_that_there_are() {
    let mut server = Server::start();
    let id = created(&mut server).await;
    let parameter = state_parameter(&id);
    let (request, what) = (format!("PUT {parameter}"), format!("deployment-parameter.edit {parameter}"));
    server.refuses(JOE, &request, json!({}), (403, &format!("invalid credentials for '{parameter}'")), &what).await;
    server.asks(JANE, &request, json!({ "value": "FLYING" }), 400).await;
    assert_events!(server.trail, what => failed(error));
    let document = server.asks(JANE, &format!("GET {parameter}"), Value::Null, 200).await.body;
    assert_eq!(document["value"], Value::Null, "it is as it was");

    // What it tells already is no change.
    server.prepares(JANE, &request, json!({ "value": "STARTED" })).await;
    for same in [json!({ "value": "STARTED" }), json!({})] {
        server.asks(JANE, &request, same, 200).await;
        assert_events!(server.trail, what => completed);
        server.forget();
    }
    let document = server.asks(JANE, &format!("GET {parameter}"), Value::Null, 200).await.body;
    assert_eq!(document["value"], "STARTED");

    let absent = "deployment-parameter/00000000-0000-4000-8000-000000000000";
    let what = format!("deployment-parameter.edit {absent}");
    server.refuses(JANE, &format!("PUT {absent}"), json!({}), (404, &format!("{absent} not found")), &what).await;
}
