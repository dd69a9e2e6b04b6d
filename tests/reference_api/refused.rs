//! What cannot be recorded is not done.

use axum::http::Method;
use events::{assert_events, memory::Fault};
use serde_json::{Value, json};

use crate::{
    api::routes,
    server::{ADMIN, JANE, Server},
};

/// Whatever one of the routes wants to know.
pub(crate) fn anything() -> Value {
    json!({
        "name": "any",
        "password": "any",
        "template": { "href": "session-template/password", "username": "any", "password": "any" },
        "claim": "group/any",
        "path": "any",
        "subtype": "any",
        "credential": "credential/any",
        "nuvlabox-release": "nuvlabox-release/any",
        "cluster-action": "leave",
        "module": "module/any",
        "fleet": ["nuvlabox/any"],
        "ids": ["deployment-set/any"],
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn while_events_cannot_be_stored_no_route_changes_anything() {
    let mut server = Server::start();
    server.store.faults().fail_all(Fault::Full);
    let changes = routes::table().into_iter().filter(|route| route.method != Method::GET);
    let changes: Vec<_> = changes.filter(|route| !route.handler.contains("::search")).collect();
    assert!(changes.len() >= 40);
    for route in &changes {
        let path = route.path.replace("/api/", "").replace("{id}", "any");
        let request = format!("{} {path}", route.method);
        let answer = server.send(ADMIN, &request, anything()).await;
        assert_eq!(answer.status, 503, "{request}: {}", answer.body);
        assert!(answer.headers.contains_key("retry-after"), "{request}");
    }
    server.store.faults().heal();
    assert_events!(server.trail);
    for collection in ["user", "group", "module", "nuvlabox", "infrastructure-service", "deployment", "deployment-set"]
    {
        let found = server.asks(ADMIN, &format!("GET {collection}"), Value::Null, 200).await;
        assert_eq!(found.body["count"], 0, "{collection}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bulk_action_that_cannot_be_recorded_any_more_ends_there() {
    let mut server = Server::start();
    let set = json!({ "module": "module/any", "fleet": ["nuvlabox/1", "nuvlabox/2"] });
    let id = server.adds(JANE, "deployment-set", set).await;
    let request = format!("POST {id}/start");
    // The opening of the set is stored, that of the first deployment is not.
    server.store.faults().fail_append(2, Fault::Full);
    server.asks(JANE, &request, Value::Null, 503).await;
    assert_events!(server.trail, format!("deployment-set.start {id}") => failed(error));
    assert_eq!(server.asks(JANE, "GET deployment", Value::Null, 200).await.body["count"], 0);
    // The store has room again: what was not done is done, and nothing twice.
    let tally = server.asks(JANE, &request, Value::Null, 200).await;
    assert_eq!(tally.text("message"), "2 done, 0 failed");
    assert_eq!(server.asks(JANE, "GET deployment", Value::Null, 200).await.body["count"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_job_is_to_do_begins_with_the_job_or_not_at_all() {
    let mut server = Server::start();
    let nuvlabox = server.adds(JANE, "nuvlabox", json!({})).await;
    let deployment = server.adds(JANE, "deployment", json!({})).await;
    let state = async |id: &str| server.asks(JANE, &format!("GET {id}"), Value::Null, 200).await.body["state"].clone();
    for (id, action, before, after) in
        [(&nuvlabox, "decommission", "NEW", "DECOMMISSIONING"), (&deployment, "start", "CREATED", "STARTING")]
    {
        let request = format!("POST {id}/{action}");
        // The opening of the action is stored, that of the job is not.
        server.store.faults().fail_append(2, Fault::Full);
        server.asks(JANE, &request, Value::Null, 503).await;
        assert_eq!(state(id).await, before);
        server.asks(JANE, &request, Value::Null, 202).await;
        assert_eq!(state(id).await, after);
    }
    server.store.faults().fail_append(2, Fault::Full);
    server.asks(JANE, "POST infrastructure-service", json!({ "subtype": "swarm" }), 503).await;
    let count =
        async |kind: &str| server.asks(JANE, &format!("GET {kind}"), Value::Null, 200).await.body["count"].clone();
    assert_eq!((count("infrastructure-service").await, count("job").await), (json!(0), json!(2)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_whose_event_cannot_be_stored_stays_in_its_state() {
    let mut server = Server::start();
    let nuvlabox = server.adds(JANE, "nuvlabox", json!({})).await;
    let job = server.prepares(JANE, &format!("POST {nuvlabox}/reboot"), Value::Null).await.location();
    let request = format!("PUT {job}");
    // The opening of the edit is stored, the new state is not.
    server.store.faults().fail_append(2, Fault::Full);
    server.asks(ADMIN, &request, json!({ "state": "RUNNING" }), 503).await;
    assert_events!(server.trail, format!("job.edit {job}") => failed(error));
    assert_eq!(server.asks(ADMIN, &format!("GET {job}"), Value::Null, 200).await.text("state"), "QUEUED");
    server.asks(ADMIN, &request, json!({ "state": "RUNNING" }), 200).await;
    assert_events!(server.trail, format!("job.edit {job}") => completed, format!("job.state-changed {job}"));
}
