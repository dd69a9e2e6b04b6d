//! Clients of others, unmodified, against the reference API server over real HTTP.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../elasticsearch/place.rs"]
#[expect(dead_code, reason = "other tests look into it as well")]
mod place;
#[path = "../programs/mod.rs"]
#[expect(dead_code, reason = "other tests read what programs print")]
mod programs;
#[path = "../api_server/server.rs"]
#[expect(dead_code, reason = "other tests ask it themselves")]
mod server;

use std::{env, path::Path, process::Command};

use place::Place;
use server::Server;

/// An interpreter that has the packages of `requirements.txt`.
fn python() -> Command {
    let Some(python) = env::var_os("EVENTS_CLIENTS_PYTHON") else {
        panic!(
            "this test runs Python packages: run it with `cargo xtask test <its name>`, which installs them, or let \
             EVENTS_CLIENTS_PYTHON name an interpreter that has those of tests/clients/requirements.txt"
        );
    };
    let mut command = Command::new(python);
    command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients"));
    command
}

/// Runs it to its end, which is a good one.
fn succeeds(command: &mut Command) {
    let output = command.output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?}: {}\n{said}", output.status);
}

fn run_client(server: &Server) {
    succeeds(python().args(["nuvla_client.py", &format!("http://{}", server.address())]));
}

#[test]
fn the_python_client_works_with_the_embedded_store() {
    let data = tempfile::tempdir().unwrap();
    run_client(&Server::start(data.path()));
}

#[test]
fn the_python_client_works_with_elasticsearch() {
    for (_, url) in events_test_servers::elasticsearch() {
        let (data, place) = (tempfile::tempdir().unwrap(), Place::new(&url));
        let relay = format!("elasticsearch={url}");
        let arguments = ["--relay", &relay, "--search", "elasticsearch", "--index", place.prefix()];
        run_client(&Server::start_with(data.path(), &arguments));
    }
}

/// In a bounded run: each operation of the OpenAPI document with a few dozen requests, as a user and with anything at all.
#[test]
fn requests_made_of_the_openapi_document_find_no_fault_of_the_server() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path());
    let document = format!("http://{}/api/event/openapi.json", server.address());
    let header = format!("nuvla-authn-info: {}", server::JANE);
    let mut run = python();
    // It leaves a folder where it runs.
    run.current_dir(data.path());
    run.args(["-m", "schemathesis.cli", "run", &document, "--header", &header]);
    // A tail does not end.
    run.args(["--checks", "not_a_server_error", "--exclude-path", "/event/tail", "--max-examples", "30"]);
    run.args(["--phases", "examples,coverage,fuzzing", "--seed", "1", "--suppress-health-check", "all"]);
    succeeds(&mut run);
}
