//! The project's own tasks: `cargo xtask test`, `cargo xtask servers`, `cargo xtask ci`, `cargo xtask fuzz`,
//! `cargo xtask bench`.
//!
//! Needs nothing that a fresh machine with Rust does not have; what else a task needs is checked first and
//! reported in one message ([`requirements`]).

#![expect(clippy::print_stdout, reason = "a task talks to the person who started it")]

mod bench;
mod browser;
mod cargo;
mod ci;
mod clients;
mod compile_time;
mod fuzz;
mod installed;
mod requirements;
mod servers;
mod source_check;
mod steps;
mod summary;
mod test;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::servers::Wanted;
use crate::steps::Steps;

/// Tests, checks and measurements of the workspace.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Run every test, documentation examples included, and build and try the examples.
    ///
    /// Checks first what the machine must have, and starts the servers that tests run against. All tests run even
    /// if one fails; the last line is the sum over all test programs: `test result: ok. 12 passed; 0 failed; 0
    /// ignored`.
    Test {
        #[command(flatten)]
        servers: WithoutServers,
        /// Run only the tests whose name contains one of these; the examples are then left out.
        #[arg(value_name = "FILTER")]
        filters: Vec<String>,
    },
    /// Do what must pass before a change is merged: format, lints, documentation, lean builds, then `test`.
    ///
    /// Stops at the first step that fails and names it again at the end.
    Ci {
        #[command(flatten)]
        servers: WithoutServers,
    },
    /// Start, end and list the servers that tests run against: Elasticsearch, OpenSearch, Kafka.
    ///
    /// They are fetched with Maven once. `ES_URL`, `ES8_URL`, `OPENSEARCH_URL` and `KAFKA_BROKERS` point to others
    /// instead.
    Servers {
        #[command(subcommand)]
        command: servers::Command,
    },
    /// Try texts at random on the filter language for a minute: none panics or takes long.
    ///
    /// Not part of `ci`. What it reached is kept in `target/fuzz`, and so is a text that fails.
    Fuzz {
        /// For so long.
        #[arg(long, value_name = "SECONDS", default_value_t = 60)]
        seconds: u32,
    },
    /// Measure: build the benchmarks optimised and run them, all rows or those named.
    ///
    /// `cargo xtask bench compile [--quick]` measures the compiler instead: two hundred handlers without an attribute,
    /// with `#[action]` and with `#[tracing::instrument]`.
    Bench {
        /// Passed to the benchmarks as they stand; `cargo xtask bench -- --help` lists what they know.
        #[arg(value_name = "ROW", trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
}

#[derive(clap::Args)]
struct WithoutServers {
    /// Leave out what needs Elasticsearch, OpenSearch or Kafka, but for those that the environment points to.
    #[arg(long)]
    without_servers: bool,
}

impl WithoutServers {
    fn wanted(&self) -> Wanted {
        if self.without_servers { Wanted::None } else { Wanted::All }
    }
}

fn main() -> ExitCode {
    let root = workspace_root();
    let mut steps = Steps::default();
    let result = match Arguments::parse().task {
        Task::Servers { command } => return conclude(servers::run(&root, command)),
        Task::Test { servers, filters } => test::run(&mut steps, &root, servers.wanted(), &filters),
        Task::Ci { servers } => ci::run(&mut steps, &root, servers.wanted()),
        Task::Fuzz { seconds } => fuzz::run(&mut steps, &root, seconds),
        Task::Bench { arguments } => bench::run(&mut steps, &root, &arguments),
    };
    steps.conclude(result)
}

/// Ends a task that is no list of steps.
fn conclude(result: Result<(), String>) -> ExitCode {
    let Err(reason) = result else { return ExitCode::SUCCESS };
    eprintln!("{reason}");
    ExitCode::FAILURE
}

/// The folder of the workspace's `Cargo.toml`, wherever the task was started from.
fn workspace_root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package).to_path_buf()
}
