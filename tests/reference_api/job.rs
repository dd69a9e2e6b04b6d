//! Jobs: their events follow from what caused them.

use events::{Severity, assert_events};
use serde_json::{Value, json};

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
    for (old, new) in [("QUEUED", "RUNNING"), ("RUNNING", "SUCCESS")] {
        server.asks(ADMIN, &request, json!({ "state": new }), 200).await;
        assert_events!(server.trail, what => completed, format!("job.state-changed {job}"));
        let events = server.recorded(ADMIN, &[JANE], &[JOE]);
        let changed = of_type(&events, "job.state-changed");
        assert_eq!((changed.parent, changed.root), (Some(cause), Some(cause)));
        assert_eq!(
            (details(changed), changed.severity),
            (json!({ "old-state": old, "new-state": new }), Severity::Low)
        );
    }

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
