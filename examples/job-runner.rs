//! Does the jobs of the reference API server, over HTTP: what a job engine would do, without any devices.
//!
//! ```text
//! cargo run --example api -- --data data --demo
//! cargo run --example job-runner
//! ```
//!
//! It takes the jobs that are left, oldest first. What a job is to reach it writes where the server keeps it, and an
//! operation that waits for its job it closes: `POST event/<id>/complete`, or `/fail`.
//!
//! A job that cannot be done now does not keep the others from being done, and is tried again; one whose resource the
//! server will not change has failed. While the server is away it is asked less and less often. SIGTERM and SIGINT end the
//! runner behind the job at hand. There is one runner: what it left half done when it was killed, it does again.

use std::{
    process::ExitCode,
    sync::mpsc::{self, RecvTimeoutError},
    time::Duration,
};

use clap::Parser;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::{
    signal::unix::{SignalKind, signal},
    task::spawn_blocking,
};

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
    /// End when no more jobs can be done, instead of waiting for more.
    #[arg(long)]
    once: bool,
}

/// How long to wait before asking again whether there is something to do; longer each time that something cannot be done.
const PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// How long the server may take to answer.
const LIMIT: Duration = Duration::from_secs(30);

type Done<T = ()> = Result<T, ureq::Error>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let (Ok(mut terminate), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        eprintln!("error: it cannot be told to end");
        return ExitCode::FAILURE;
    };
    let (goes_on, ending) = mpsc::channel();
    let mut running = spawn_blocking(move || Runner::new(arguments, ending).run());
    let ended = tokio::select! {
        ended = &mut running => ended,
        _ = terminate.recv() => { drop(goes_on); running.await }
        _ = interrupt.recv() => { drop(goes_on); running.await }
    };
    ended.unwrap_or(ExitCode::FAILURE)
}

struct Runner {
    agent: ureq::Agent,
    server: String,
    caller: String,
    failing: Vec<String>,
    once: bool,
    /// Closed when the runner is to end.
    ending: mpsc::Receiver<()>,
}

/// How many of the jobs that were left were done, and how many were not.
#[derive(Default)]
struct Pass {
    done: usize,
    left: usize,
}

/// What it reads of a job.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Job {
    id: String,
    action: String,
    target_resource: String,
    /// The event of the operation that caused it.
    parent: Option<String>,
}

#[derive(Deserialize)]
struct Jobs {
    resources: Vec<Job>,
}

impl Runner {
    fn new(Arguments { server, caller, failing, once }: Arguments, ending: mpsc::Receiver<()>) -> Self {
        let agent = ureq::Agent::config_builder().timeout_global(Some(LIMIT)).build().into();
        Self { agent, server: format!("{server}/api"), caller, failing, once, ending }
    }

    /// Does jobs until it is told to end.
    fn run(&self) -> ExitCode {
        let mut pause = PAUSE;
        loop {
            let Pass { done, left } = self.pass().unwrap_or_else(|error| {
                let how = if answered(&error) { "does not give its jobs" } else { "is away" };
                eprintln!("error: {} {how}: {error}", self.server);
                Pass { done: 0, left: 1 }
            });
            if self.once && done == 0 {
                return if left == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE };
            }
            let wait = if done > 0 { Duration::ZERO } else { pause };
            pause = if done > 0 || left == 0 { PAUSE } else { LONGEST_PAUSE.min(2 * pause) };
            if self.ends_within(wait) {
                return ExitCode::SUCCESS;
            }
        }
    }

    /// Waits, and says whether it was told to end.
    fn ends_within(&self, wait: Duration) -> bool {
        self.ending.recv_timeout(wait) == Err(RecvTimeoutError::Disconnected)
    }

    /// Does each job that is left, once.
    fn pass(&self) -> Done<Pass> {
        let left = format!("{}/job?state=QUEUED&state=RUNNING&orderby=created:asc", self.server);
        let request = self.agent.get(left).header("nuvla-authn-info", &self.caller);
        let Jobs { resources } = request.call()?.body_mut().read_json()?;
        let mut pass = Pass::default();
        for job in &resources {
            if self.ends_within(Duration::ZERO) {
                break;
            }
            match self.work(job) {
                Ok(()) => pass.done += 1,
                Err(error) => {
                    eprintln!("error: {} is left for later: {error}", job.id);
                    pass.left += 1;
                    if !answered(&error) {
                        // The others would not get further.
                        break;
                    }
                }
            }
        }
        Ok(pass)
    }

    fn work(&self, job: &Job) -> Done {
        let mut fails = self.failing.contains(&job.action);
        self.put(&job.id, &json!({ "state": "RUNNING" }))?;
        // Here somebody would talk to the device.
        if let Some((resource, reached)) = job.reached(fails)
            && let Some(status) = refused(self.put(&resource, &reached))?
        {
            eprintln!("error: {} fails: {resource} cannot be changed: {status}", job.id);
            fails = true;
        }
        if let Some(operation) = job.operation_that_waits() {
            let (ending, said) = if fails { ("fail", "the device does not answer") } else { ("complete", "done") };
            let closing = self.agent.post(format!("{}/{operation}/{ending}", self.server));
            match self.send(closing, &json!({ "message": said })) {
                // It is closed already: by somebody else, or before this runner was killed.
                Err(ureq::Error::StatusCode(409)) => {}
                closed => closed?,
            }
        }
        self.put(&job.id, &json!({ "state": if fails { "FAILED" } else { "SUCCESS" } }))
    }

    fn put(&self, resource: &str, body: &Value) -> Done {
        self.send(self.agent.put(format!("{}/{resource}", self.server)), body)
    }

    fn send(&self, request: ureq::RequestBuilder<ureq::typestate::WithBody>, body: &Value) -> Done {
        request.header("nuvla-authn-info", &self.caller).send_json(body).map(drop)
    }
}

/// Whether the server is there, though it did not do what it was asked.
fn answered(error: &ureq::Error) -> bool {
    matches!(error, ureq::Error::StatusCode(_) | ureq::Error::Json(_))
}

/// The status with which the server refuses something for good, so that trying again does not help.
fn refused(answer: Done) -> Done<Option<u16>> {
    match answer {
        Ok(()) => Ok(None),
        Err(ureq::Error::StatusCode(status @ (400 | 403 | 404 | 405 | 409))) => Ok(Some(status)),
        Err(error) => Err(error),
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
