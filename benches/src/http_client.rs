//! A small keep-alive HTTP client, in a process of its own: it costs the server's process nothing, and
//! little of the cores that both share.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use clap::Args;
use tokio::task::JoinSet;

use crate::{
    Result,
    connection::{Connection, request},
    statistics::Durations,
};

/// What to ask, and how often.
#[derive(Clone, Debug, Args)]
pub(crate) struct ClientOptions {
    #[arg(long)]
    address: SocketAddr,
    #[arg(long)]
    path: String,
    #[arg(long)]
    connections: usize,
    #[arg(long)]
    millis: u64,
}

/// What the client says on stdout.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answered {
    /// Requests a second.
    pub(crate) rate: f64,
    /// The 99th percentile, in milliseconds.
    pub(crate) late: f64,
}

impl Answered {
    /// Of what the client said.
    pub(crate) fn parse(said: &str) -> Result<Self> {
        let (rate, late) = said.trim().split_once(' ').ok_or("the HTTP client said nothing")?;
        Ok(Self { rate: rate.parse()?, late: late.parse()? })
    }
}

impl std::fmt::Display for Answered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.rate, self.late)
    }
}

/// Asks, on as many connections as wanted, one request after the other on each.
pub(crate) fn run(options: &ClientOptions) -> Result<Answered> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let begun = Instant::now();
        let until = begun + Duration::from_millis(options.millis);
        let mut connections = JoinSet::new();
        for _ in 0..options.connections {
            connections.spawn(ask(options.clone(), until));
        }
        let mut all = Durations::default();
        while let Some(answers) = connections.join_next().await {
            all.append(answers??);
        }
        let rate = all.len() as f64 / begun.elapsed().as_secs_f64();
        Ok(Answered { rate, late: all.millis(0.99) })
    })
}

async fn ask(options: ClientOptions, until: Instant) -> Result<Durations> {
    let host = options.address.to_string();
    let mut connection = Connection::open(&host).await?;
    let request = request(&host, &format!("GET {}", options.path), "", &[]);
    let mut answers = Durations::default();
    while Instant::now() < until {
        let begun = Instant::now();
        connection.ask(&request).await?;
        answers.push(begun.elapsed());
    }
    Ok(answers)
}
