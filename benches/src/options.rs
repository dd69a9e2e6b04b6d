//! What is asked for on the command line.

use std::{path::PathBuf, time::Duration};

use clap::{Parser, Subcommand, ValueEnum};

use crate::store::StoreKind;

/// Measures the goals of DESIGN section 6 beside a floor and peers of the same run.
///
/// Every ratio is the median of interleaved pairs: the machine may be busy with other things, absolute
/// figures then say little. Progress goes to stderr; stdout ends with a Markdown table.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask bench", bin_name = "cargo xtask bench --", args_conflicts_with_subcommands = true)]
pub(crate) struct Options {
    /// The rows to measure; all but `servers` where none is named.
    #[arg(value_name = "ROW")]
    rows: Vec<RowName>,
    /// A smoke run of under a minute: few events, short runs. Its figures mean little.
    #[arg(long, conflicts_with = "full")]
    quick: bool,
    /// Everything, also what takes long: 10 million stored events.
    #[arg(long)]
    full: bool,
    /// The store that is measured.
    #[arg(long, value_enum, default_value_t = StoreKind::Sqlite)]
    pub(crate) store: StoreKind,
    /// Keep the stored events in this folder, and use again what it holds. A temporary one by default.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// How many events are stored before anything is measured.
    #[arg(long, value_name = "COUNT")]
    events: Option<u64>,
    /// How many seconds the sustained run takes.
    #[arg(long, value_name = "SECONDS")]
    sustained: Option<u64>,
    #[command(subcommand)]
    pub(crate) part: Option<Part>,
}

/// A part of a measurement that runs in a process of its own.
#[derive(Debug, Subcommand)]
pub(crate) enum Part {
    /// Asks an HTTP server over and over.
    #[command(hide = true)]
    Client(crate::http_client::ClientOptions),
    /// Opens a store, records, and says when the first operation was accepted.
    #[command(hide = true)]
    Starting(crate::start::StartingOptions),
}

/// A family of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RowName {
    /// Bytes on disk per event.
    Space,
    /// Finding the newest 20, counting, getting by id.
    Search,
    /// From SIGKILL to the first accepted operation.
    Start,
    /// Durable events a second, and how long an acknowledgement takes.
    Throughput,
    /// The same for a minute: rate and stalls.
    Sustained,
    /// What recording costs in process.
    Recording,
    /// A trivial axum handler with and without two durable events.
    Http,
    /// What the attribute costs where recording is switched off.
    Off,
    /// Elasticsearch and Kafka: how fast events get there, and how soon they are found. Only where it is
    /// named: it starts servers.
    Servers,
}

impl Options {
    /// Whether a row is asked for.
    pub(crate) fn wants(&self, row: RowName) -> bool {
        self.rows.contains(&row) || (self.rows.is_empty() && row != RowName::Servers)
    }

    /// How long and how much.
    pub(crate) fn scale(&self) -> Scale {
        let mut scale = match (self.quick, self.full) {
            (true, _) => Scale::QUICK,
            (_, true) => Scale::FULL,
            _ => Scale::DEFAULT,
        };
        if let Some(events) = self.events {
            scale.stored = events;
        }
        if let Some(seconds) = self.sustained {
            scale.sustained = Duration::from_secs(seconds);
        }
        scale
    }

    /// How to measure the same again.
    pub(crate) fn command(&self) -> String {
        let mut command = "cargo xtask bench".to_owned();
        let arguments: Vec<String> = std::env::args().skip(1).collect();
        if !arguments.is_empty() {
            command.push_str(" -- ");
            command.push_str(&arguments.join(" "));
        }
        command
    }
}

/// How long and how much is measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale {
    /// Interleaved pairs; the median of their ratios counts.
    pub(crate) pairs: usize,
    /// How long each side of a pair runs.
    pub(crate) run: Duration,
    /// How long the sustained run takes.
    pub(crate) sustained: Duration,
    /// Events that are stored before anything is measured.
    pub(crate) stored: u64,
    /// Events that are stored for the second look at searches; none to leave it out.
    pub(crate) stored_later: Option<u64>,
    /// Rows of the ordinary table before it is measured.
    pub(crate) table_rows: u64,
    /// Questions of each kind that searches are asked.
    pub(crate) questions: usize,
}

impl Scale {
    const QUICK: Self = Self {
        pairs: 2,
        run: Duration::from_millis(300),
        sustained: Duration::from_secs(2),
        stored: 40_000,
        stored_later: None,
        table_rows: 5_000,
        questions: 50,
    };
    const DEFAULT: Self = Self {
        pairs: 5,
        run: Duration::from_millis(2_000),
        sustained: Duration::from_secs(60),
        stored: 1_000_000,
        stored_later: None,
        table_rows: 100_000,
        questions: 400,
    };
    const FULL: Self = Self { stored_later: Some(10_000_000), questions: 1_000, ..Self::DEFAULT };
}
