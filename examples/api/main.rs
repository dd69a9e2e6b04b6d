//! The reference API server: an edge fleet over HTTP, every change of it recorded.
//!
//! ```text
//! cargo run --release --example api -- --listen 127.0.0.1:8080 --data data
//! curl -H 'nuvla-authn-info: user/jane user/jane group/nuvla-user' -d '{"name": "gateway"}' http://127.0.0.1:8080/api/nuvlabox
//! cargo run --example trail -- data
//! ```
//!
//! With Elasticsearch and Kafka as well:
//!
//! ```text
//! cargo run --release --example api --features elasticsearch,kafka -- --data data \
//!     --relay elasticsearch=http://localhost:9200 --relay kafka=localhost:9092 --ack elasticsearch --search elasticsearch
//! ```
//!
//! Programs find events below `/api/event`, people at `/ui`: with `--demo`, sign in as `jane` with the password `demo`.
//! Resources are kept in `resources.db` of the data folder, events in its folder `events`. A request that has begun is done
//! to its end, also when its client hangs up: so the trail says of every change that it was made. SIGTERM and SIGINT stop the
//! server: tails end, requests are answered to their end and their closing events stored.

mod answer;
pub(crate) mod app;
mod credential;
pub(crate) mod database;
mod demo;
mod deployment;
mod deployment_parameter;
mod deployment_set;
pub(crate) mod document;
mod error;
mod extract;
mod group;
mod infrastructure_service;
mod job;
mod module;
mod nuvlabox;
mod reading;
mod relaying;
pub(crate) mod routes;
pub(crate) mod session;
mod state;
mod user;

use std::{
    error::Error,
    future::IntoFuture as _,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use clap::Parser;
use events::{EventManager, sqlite::SqliteStore};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::oneshot,
    time::sleep,
};

use self::{app::App, database::Database, relaying::Relaying, session::Identity};

/// An edge fleet over HTTP, every change of it recorded.
#[derive(Parser)]
struct Arguments {
    /// Where to listen; port 0 takes any free one.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// The folder of resources and events; created where it is missing.
    #[arg(long, value_name = "FOLDER", required_unless_present = "routes")]
    data: Option<PathBuf>,
    /// Fill an empty folder with a fleet and its history, and users `jane` and `joe` with the password `demo`.
    #[arg(long)]
    demo: bool,
    /// Believe the header `nuvla-authn-info` of every request: only behind a proxy that sets it, and takes it from what
    /// clients send. Where it listens on a loopback address it is believed anyway of requests to that or to `localhost`,
    /// but of pages in a browser: a proxy in front of that has to take it from what clients send, too.
    #[arg(long)]
    trust_identity_header: bool,
    /// Wait this long for each event of a request, and for the rights on its resource, where a machine is very busy.
    #[arg(long, value_name = "SECONDS")]
    patience: Option<u64>,
    /// Print what is served beside the events, and which function answers, instead of serving it.
    #[arg(long)]
    routes: bool,
    #[command(flatten, next_help_heading = "Events beyond this machine")]
    relaying: Relaying,
}

/// How long requests may take to end once the server is told to stop, and then their events.
const STOPPING: Duration = Duration::from_secs(5);

#[tokio::main]
async fn main() -> ExitCode {
    let Arguments { listen, data, demo, trust_identity_header, patience, routes, relaying } = Arguments::parse();
    let Some(data) = data.filter(|_| !routes) else {
        print_routes();
        return ExitCode::SUCCESS;
    };
    let identity = Identity::at(listen, trust_identity_header);
    let patience = patience.map(Duration::from_secs);
    match serve(listen, &data, demo, identity, patience, &relaying).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stdout, reason = "the answer to whoever asked")]
fn print_routes() {
    for routes::Route { method, path, handler, .. } in routes::table() {
        println!("{:<6} {path:<38} {handler}", method.as_str());
    }
}

/// Serves until a signal says stop.
#[expect(clippy::print_stdout, reason = "whoever starts it reads where it listens")]
async fn serve(
    listen: SocketAddr,
    data: &Path,
    with_demo: bool,
    identity: Identity,
    patience: Option<Duration>,
    relaying: &Relaying,
) -> Result<(), Box<dyn Error>> {
    std::fs::create_dir_all(data)?;
    let database = Database::open(&data.join("resources.db"))?;
    let builder = app::events(EventManager::builder(SqliteStore::open(data.join("events"))?), &database);
    let patient = builder.with_limits(|limits| {
        limits.opening = patience.unwrap_or(limits.opening);
        limits.closing_wait = patience.unwrap_or(limits.closing_wait);
        limits.acl_lookup = patience.unwrap_or(limits.acl_lookup);
    });
    let manager = relaying.to(patient)?.install()?;
    let app = App::new(database);
    if with_demo {
        demo::fill(&app, &manager).await?;
    }

    // From here on a signal stops it cleanly: whoever waits for the line below may send one at once.
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let (stopping, stopped) = oneshot::channel();
    let tails = manager.clone();
    let told_to_stop = async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        // They would be waited for: their clients go on where they were when there is a server again.
        tails.end_tails();
        // Nobody listens any more when the server failed.
        let _ = stopping.send(());
    };

    let listener = TcpListener::bind(listen).await?;
    println!("listening on http://{}", listener.local_addr()?);
    let served = routes::served(app, manager.clone(), identity);
    tokio::select! {
        served = axum::serve(listener, served).with_graceful_shutdown(told_to_stop).into_future() => served?,
        () = async { if stopped.await.is_ok() { sleep(STOPPING).await } else { std::future::pending().await } } => {}
    }
    if !manager.shutdown(STOPPING).await {
        let how = "some events are not stored, or not delivered: what is left waits in the folder for the next start";
        return Err(how.into());
    }
    Ok(())
}
