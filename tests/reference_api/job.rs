//! Jobs: their events follow from what caused them.

use std::sync::Arc;

use events::{Severity, assert_events};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::server::{ADMIN, JANE, JOE, Server, details, of_type};

const ABSENT: &str = "job/00000000-0000-4000-8000-000000000000";

#[tokio::test(flavor = "multi_thread")]
async fn a_job_changes_state_below_what_caused_it() {
    let mut server = Server::start();
    let nuvlabox = server.adds(JANE, "nuvlabox", json!({})).await;
    let job = server.asks(JANE, &format!("POST {nuvlabox}/reboot"), Value::Null, 202).await.location();
    let cause = of_type(&server.recorded(JANE, &[JANE], &[JOE]), "nuvlabox.reboot").id;
    server.forget();

    let (request, what) = (format!("PUT {job}"), format!("job.edit {job}"));
    const TRACE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    for (old, new) in [("QUEUED", "RUNNING"), ("RUNNING", "SUCCESS")] {
        let headers = [("nuvla-authn-info", ADMIN), ("traceparent", TRACE)];
        assert_eq!(server.send_with(&headers, &request, json!({ "state": new })).await.status, 200);
        assert_events!(server.trail, what => completed, format!("job.state-changed {job}"));
        let events = server.recorded(ADMIN, &[JANE], &[JOE]);
        let changed = of_type(&events, "job.state-changed");
        assert_eq!((changed.parent, changed.root), (Some(cause), Some(cause)));
        assert_eq!(changed.traceparent.as_deref(), Some(TRACE));
        assert_eq!(
            (details(changed), changed.severity),
            (json!({ "old-state": old, "new-state": new }), Severity::Low)
        );
    }

    // What is refused changes no state, and says of none.
    let refused = json!({ "state": "FAILED", "acl": { "owners": [] } });
    server.asks(ADMIN, &request, refused, 400).await;
    assert_events!(server.trail, what => failed(error));
    server.forget();

    // Whoever caused it sees it, and may not change it.
    let forbidden = format!("invalid credentials for '{job}'");
    for caller in [JANE, JOE] {
        let answer = server.asks(caller, &request, json!({ "state": "QUEUED" }), 403).await;
        assert_eq!(answer.text("message"), forbidden);
        assert_events!(server.trail, what => failed(error));
        server.recorded(caller, if caller == JANE { &[JANE] } else { &[] }, &[JOE]);
    }
    let absent = (404, &*format!("{ABSENT} not found"));
    server.refuses(JANE, &format!("PUT {ABSENT}"), json!({}), absent, &format!("job.edit {ABSENT}")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_to_do_is_listed_oldest_first() {
    let mut server = Server::start();
    let nuvlabox = server.adds(JANE, "nuvlabox", json!({})).await;
    let mut jobs = Vec::new();
    for state in ["SUCCESS", "RUNNING", "FAILED", "QUEUED"] {
        let job = server.prepares(JANE, &format!("POST {nuvlabox}/reboot"), Value::Null).await.location();
        server.prepares(ADMIN, &format!("PUT {job}"), json!({ "state": state })).await;
        jobs.push(job);
    }
    let listed = async |query: &str| {
        let found = server.asks(ADMIN, &format!("GET job?{query}"), Value::Null, 200).await.body;
        let ids = found["resources"].as_array().unwrap().iter().map(|job| job["id"].as_str().unwrap().to_owned());
        (found["count"].as_u64().unwrap(), ids.collect::<Vec<_>>())
    };
    let left = [&*jobs[1], &*jobs[3]].map(str::to_owned).to_vec();
    assert_eq!(listed("state=QUEUED&state=RUNNING&orderby=created:asc").await, (2, left));
    assert_eq!(listed("state=SUCCESS&last=0").await, (1, Vec::new()));
    jobs.reverse();
    assert_eq!(listed("").await, (4, jobs));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_report_the_same_state_one_changes_it() {
    let mut server = Server::start();
    let nuvlabox = server.adds(JANE, "nuvlabox", json!({})).await;
    let job = server.prepares(JANE, &format!("POST {nuvlabox}/reboot"), Value::Null).await.location();
    let mut server = Arc::new(server);
    let mut reports = JoinSet::new();
    for _ in 0..8 {
        let (server, request) = (server.clone(), format!("PUT {job}"));
        reports.spawn(async move { server.asks(ADMIN, &request, json!({ "state": "RUNNING" }), 200).await.status });
    }
    reports.join_all().await;
    let events = Arc::get_mut(&mut server).unwrap().look();
    of_type(&events, "job.state-changed");
}
