//! The project's own tasks: `cargo xtask test`, `cargo xtask ci`, `cargo xtask bench`.
//!
//! Needs nothing that a fresh machine with Rust does not have; what else a task needs is checked first and
//! reported in one message ([`requirements`]).

#![expect(clippy::print_stdout, reason = "a task talks to the person who started it")]

mod bench;
mod cargo;
mod ci;
mod compile_time;
mod requirements;
mod source_check;
mod steps;
mod summary;
mod test;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

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
    /// Checks first what the machine must have. All tests run even if one fails; the last line is the sum over all
    /// test programs: `test result: ok. 12 passed; 0 failed; 0 ignored`.
    Test {
        /// Run only the tests whose name contains one of these; the examples are then left out.
        #[arg(value_name = "FILTER")]
        filters: Vec<String>,
    },
    /// Do what must pass before a change is merged: format, lints, documentation, lean builds, then `test`.
    ///
    /// Stops at the first step that fails and names it again at the end.
    Ci,
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

fn main() -> ExitCode {
    let root = workspace_root();
    let mut steps = Steps::default();
    let result = match Arguments::parse().task {
        Task::Test { filters } => test::run(&mut steps, &root, &filters),
        Task::Ci => ci::run(&mut steps, &root),
        Task::Bench { arguments } => bench::run(&mut steps, &root, &arguments),
    };
    steps.conclude(result)
}

/// The folder of the workspace's `Cargo.toml`, wherever the task was started from.
fn workspace_root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package).to_path_buf()
}
