//! A trivial axum handler with two durable events against the same handler without: real HTTP over
//! loopback, the client in a process of its own.

use std::{
    net::SocketAddr,
    process::{Command, Stdio},
};

use axum::{Router, extract::Path, routing::get};
use events::{EventManager, prelude::*};
use tokio::net::TcpListener;

use crate::{
    Result,
    base::Base,
    fleet::{Draws, FleetAcls, Nuvlabox},
    http_client::Answered,
    load::runtime,
    options::Scale,
    report::{Report, Row},
    statistics::{median, milliseconds, thousands},
};

const CONNECTIONS: usize = 64;
const GOAL: f64 = 0.30;

#[action(event = "nuvlabox.check-api", category = "action", ctx = Draws::new(1).draw().context)]
async fn recorded(Path(id): Path<Href<Nuvlabox>>) -> std::result::Result<&'static str, Refused> {
    Ok("online")
}

async fn unrecorded(Path(_id): Path<Href<Nuvlabox>>) -> std::result::Result<&'static str, Refused> {
    Ok("online")
}

/// Measures the two routes in turns.
pub(crate) fn measure(base: &Base, scale: &Scale, report: &mut Report) -> Result<()> {
    let runtime = runtime()?;
    let manager = EventManager::builder(base.open()?).resources(FleetAcls::new()).install()?;
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
    let address = listener.local_addr()?;
    let routes = Router::new().route("/recorded/{id}", get(recorded)).route("/plain/{id}", get(unrecorded));
    let server = runtime.spawn(async move { axum::serve(listener, routes).await });
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for _ in 0..scale.pairs {
        without.push(ask(address, "plain", scale)?);
        with.push(ask(address, "recorded", scale)?);
    }
    server.abort();
    runtime.block_on(manager.shutdown(std::time::Duration::from_secs(5)));
    let ratio = median(&with.iter().zip(&without).map(|(with, without)| with.rate / without.rate).collect::<Vec<_>>());
    let describe = |answers: &[Answered]| {
        let of = |value: fn(&Answered) -> f64| median(&answers.iter().map(value).collect::<Vec<_>>());
        format!("{}/s, p99 {}", thousands(of(|answered| answered.rate)), milliseconds(of(|answered| answered.late)))
    };
    report.add(
        Row::new(
            format!("requests/s of a trivial axum handler with two durable events, {CONNECTIONS} connections"),
            "≥ 0.30 of the handler without",
        )
        .figure(describe(&with))
        .beside(describe(&without))
        .ratio(ratio)
        .met(ratio >= GOAL),
    );
    Ok(())
}

/// Has a process ask one route over and over.
fn ask(address: SocketAddr, route: &str, scale: &Scale) -> Result<Answered> {
    let client = Command::new(std::env::current_exe()?)
        .args(["client", "--address", &address.to_string(), "--connections", &CONNECTIONS.to_string()])
        .args(["--millis", &scale.run.as_millis().to_string()])
        .args(["--path", &format!("/{route}/4d5e9f57-8a44-4f0c-b0b7-000000000001")])
        .stdout(Stdio::piped())
        .spawn()?
        .wait_with_output()?;
    if !client.status.success() {
        return Err(format!("the HTTP client failed: {}", client.status).into());
    }
    Answered::parse(&String::from_utf8(client.stdout)?)
}
