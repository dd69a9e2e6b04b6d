//! The job runner, a program beside the server.

use std::{
    io::{self, BufRead, BufReader},
    net::{TcpListener, TcpStream},
    sync::{Arc, OnceLock},
    thread,
};

use serde_json::{Value, json};

use crate::{
    added, events, of_type,
    programs::{example, printed},
    server::{JANE, Server, stopped, until},
};

/// A deployment that is starting, and the job that does it.
fn starting(server: &Server) -> (String, String) {
    let deployment = server.send("POST", "/api/deployment", JANE, r#"{"name": "sensors"}"#);
    let deployment = deployment.text("resource-id").to_owned();
    let job = server.send("POST", &format!("/api/{deployment}/start"), JANE, "").text("location").to_owned();
    (deployment, job)
}

fn state(server: &Server, id: &str) -> String {
    server.send("GET", &format!("/api/{id}"), JANE, "").text("state").to_owned()
}

#[test]
fn a_job_runner_does_what_is_queued_and_its_events_follow_from_what_caused_it() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path());
    let id = added(&server);
    let rebooting = server.send("POST", &format!("/api/{id}/reboot"), JANE, "").text("location").to_owned();
    let leaving = server.send("POST", &format!("/api/{id}/decommission"), JANE, "").text("location").to_owned();
    let (deployment, starting) = starting(&server);
    let runner = ["--once", "--fail", "reboot_nuvlabox", "--server"];
    printed(example("job-runner").args(runner).arg(format!("http://{}", server.address())));

    let state = |id: &String| state(&server, id);
    assert_eq!([&rebooting, &leaving, &id].map(state), ["FAILED", "SUCCESS", "DECOMMISSIONED"]);
    assert_eq!([&starting, &deployment].map(state), ["SUCCESS", "STARTED"]);
    let stored = events(data.path());
    let [opening] = of_type(&stored, "deployment.start")[..] else { panic!("one start") };
    let [closing] = of_type(&stored, "deployment.start.completed")[..] else { panic!("closed by the runner") };
    assert_eq!((&closing["parent"], &closing["linked-identifiers"]), (&opening["id"], &json!([starting])));
    assert_eq!(closing["authn-info"]["user-id"], "user/job-engine");
    let causes = ["nuvlabox.reboot", "nuvlabox.decommission", "deployment.start"];
    for (job, caused_by) in [rebooting, leaving, starting].into_iter().zip(causes) {
        let [cause] = of_type(&stored, caused_by)[..] else { panic!("one {caused_by}") };
        let changed = of_type(&stored, "job.state-changed");
        let changed: Vec<_> = changed.iter().filter(|event| event["resource"]["href"] == job.as_str()).collect();
        assert_eq!(changed.len(), 2, "{changed:?}");
        assert!(
            changed.iter().all(|event| event["parent"] == cause["id"] && event["root"] == cause["id"]),
            "{changed:?}"
        );
    }
}

#[test]
fn a_job_that_cannot_be_done_fails_and_the_others_are_done() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path());
    let (gone, impossible) = starting(&server);
    let parameter = gone.replace("deployment/", "/api/deployment-parameter/");
    assert_eq!(server.send("PUT", &parameter, JANE, r#"{"value": "ERROR"}"#).status, 200);
    assert_eq!(server.send("DELETE", &format!("/api/{gone}"), JANE, "").status, 200);
    let (deployment, possible) = starting(&server);

    let address = format!("http://{}", server.address());
    let ended = example("job-runner").args(["--once", "--server", &address]).output().unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success() && said.starts_with(&format!("error: {impossible} fails: ")), "{said}");
    let states = [&impossible, &possible, &deployment].map(|id| state(&server, id));
    assert_eq!(states, ["FAILED", "SUCCESS", "STARTED"]);
    let stored = events(data.path());
    let closed =
        |event_type| of_type(&stored, event_type).iter().map(|event| event["resource"]["href"].clone()).collect();
    let (failed, completed): (Vec<Value>, Vec<Value>) =
        (closed("deployment.start.failed"), closed("deployment.start.completed"));
    assert_eq!((failed, completed), (vec![json!(gone)], vec![json!(deployment)]));
}

#[test]
fn a_server_that_refuses_its_jobs_is_not_called_away() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path());
    let address = format!("http://{}", server.address());
    let ended = example("job-runner").args(["--once", "--caller", "user/joe", "--server", &address]).output().unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(!ended.status.success(), "nothing is done");
    assert_eq!(said, format!("error: {address}/api does not give its jobs: http status: 403\n"));
}

/// An address where connections break until it is known where the server is, and are led there from then on.
fn door(server: Arc<OnceLock<String>>) -> String {
    let door = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = door.local_addr().expect("it has one").to_string();
    thread::spawn(move || {
        for client in door.incoming().map_while(Result::ok) {
            let Some(server) = server.get() else { continue };
            let server = TcpStream::connect(server).expect("it listens");
            for (from, to) in [(&client, &server), (&server, &client)] {
                let [mut from, mut to] = [from, to].map(|end| end.try_clone().expect("it is open"));
                thread::spawn(move || io::copy(&mut from, &mut to));
            }
        }
    });
    address
}

#[test]
fn it_waits_for_a_server_that_is_away_and_ends_when_it_is_told() {
    let data = tempfile::tempdir().unwrap();
    let there = Arc::new(OnceLock::new());
    let address = door(there.clone());
    let mut runner = example("job-runner").args(["--server", &format!("http://{address}")]).spawn().unwrap();
    // Open to the end: it may have more to say.
    let mut errors = BufReader::new(runner.stderr.take().unwrap());
    let mut said = String::new();
    errors.read_line(&mut said).unwrap();
    assert!(said.starts_with(&format!("error: http://{address}/api is away: ")), "{said}");

    let server = Server::start(data.path());
    there.set(server.address().to_owned()).unwrap();
    let (deployment, job) = starting(&server);
    until("the job is done", || (state(&server, &job) == "SUCCESS").then_some(()));
    assert_eq!(state(&server, &deployment), "STARTED");
    assert!(stopped(&mut runner).success());
}
