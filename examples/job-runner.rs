//! Does the jobs of the reference API server, over HTTP: what a job engine would do, without any devices.
//!
//! ```text
//! cargo run --example api -- --data data --demo --trust-identity-header
//! cargo run --example job-runner
//! ```
//!
//! It takes the jobs that are queued, oldest first. What a job is to reach it writes where the server keeps it, and an
//! operation that waits for its job it closes: `POST event/<id>/complete`, or `/fail`.

use std::{process::ExitCode, thread, time::Duration};

use clap::Parser;
use serde::Deserialize;
use serde_json::{Value, json};

/// Does the jobs of the reference API server.
#[derive(Parser)]
struct Arguments {
    /// Where the server listens.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080")]
    server: String,
    /// Who does them: `<user> <active-claim> <claims…>`; an administrator.
    #[arg(long, value_name = "CALLER", default_value = "user/job-engine group/nuvla-admin group/nuvla-admin")]
    caller: String,
    /// Let jobs of this action fail, such as `start_deployment`; may be given several times.
    #[arg(long = "fail", value_name = "ACTION")]
    failing: Vec<String>,
    /// End when no job is queued, instead of waiting for more.
    #[arg(long)]
    once: bool,
}

/// How long to wait before asking again whether there is something to do.
const PAUSE: Duration = Duration::from_secs(1);

type Done<T = ()> = Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runner = Runner { server: format!("{}/api", arguments.server), caller: arguments.caller };
    loop {
        match runner.do_all(&arguments.failing) {
            Ok(0) if arguments.once => return ExitCode::SUCCESS,
            Ok(0) => thread::sleep(PAUSE),
            Ok(_) => {}
            Err(error) => {
                eprintln!("error: {error}");
                return ExitCode::FAILURE;
            }
        }
    }
}

struct Runner {
    server: String,
    caller: String,
}

/// What it reads of a job.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Job {
    id: String,
    action: String,
    target_resource: String,
    state: String,
    /// The event of the operation that caused it.
    parent: Option<String>,
}

#[derive(Deserialize)]
struct Jobs {
    resources: Vec<Job>,
}

impl Runner {
    /// Does what is queued; how many those were.
    fn do_all(&self, failing: &[String]) -> Done<usize> {
        let request = ureq::get(format!("{}/job", self.server)).header("nuvla-authn-info", &self.caller);
        let Jobs { resources } = request.call()?.body_mut().read_json()?;
        let queued = || resources.iter().rev().filter(|job| job.state == "QUEUED");
        queued().try_for_each(|job| self.work(job, failing.contains(&job.action)))?;
        Ok(queued().count())
    }

    fn work(&self, job: &Job, fails: bool) -> Done {
        self.put(&job.id, &json!({ "state": "RUNNING" }))?;
        // Here somebody would talk to the device.
        if let Some((resource, reached)) = job.reached(fails) {
            self.put(&resource, &reached)?;
        }
        if let Some(operation) = job.operation_that_waits() {
            let (ending, said) = if fails { ("fail", "the device does not answer") } else { ("complete", "done") };
            let closing = ureq::post(format!("{}/{operation}/{ending}", self.server));
            match closing.header("nuvla-authn-info", &self.caller).send_json(json!({ "message": said })) {
                // Somebody was first: it is closed.
                Ok(_) | Err(ureq::Error::StatusCode(409)) => {}
                Err(error) => return Err(format!("{operation} cannot be closed: {error}").into()),
            }
        }
        self.put(&job.id, &json!({ "state": if fails { "FAILED" } else { "SUCCESS" } }))
    }

    fn put(&self, resource: &str, body: &Value) -> Done {
        let request = ureq::put(format!("{}/{resource}", self.server)).header("nuvla-authn-info", &self.caller);
        request.send_json(body).map_err(|error| format!("{resource} cannot be changed: {error}"))?;
        Ok(())
    }
}

impl Job {
    /// Where it is written what it came to, and what.
    fn reached(&self, fails: bool) -> Option<(String, Value)> {
        let (_, uuid) = self.target_resource.split_once('/')?;
        // A deployment tells its state with the parameter of the same id.
        let told = |state| Some((format!("deployment-parameter/{uuid}"), json!({ "value": state })));
        let is = |state| Some((self.target_resource.clone(), json!({ "state": state })));
        match self.action.as_str() {
            "start_deployment" | "update_deployment" | "stop_deployment" if fails => told("ERROR"),
            "start_deployment" | "update_deployment" => told("STARTED"),
            "stop_deployment" => told("STOPPED"),
            "start_infrastructure_service" => is(if fails { "ERROR" } else { "STARTED" }),
            "decommission_nuvlabox" if !fails => is("DECOMMISSIONED"),
            _ => None,
        }
    }

    /// The operation that stays open until this job is done.
    fn operation_that_waits(&self) -> Option<&str> {
        let waits = matches!(self.action.as_str(), "start_deployment" | "stop_deployment");
        self.parent.as_deref().filter(|_| waits)
    }
}
