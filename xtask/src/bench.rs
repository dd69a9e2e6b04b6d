//! `cargo xtask bench`: the measurements, optimised.

use std::path::Path;

use crate::cargo::Cargo;
use crate::compile_time;
use crate::requirements::{self, Tools};
use crate::servers::Wanted;
use crate::steps::{Failure, Steps};

/// Builds the benchmarks and runs them with `arguments`.
///
/// # Errors
///
/// The step that failed: the check of the machine, the build, or the measurements.
pub(crate) fn run(steps: &mut Steps, root: &Path, arguments: &[String]) -> Result<(), Failure> {
    if let Some((row, rest)) = arguments.split_first()
        && row == "compile"
    {
        return compile_time::run(steps, root, rest);
    }
    steps.run("machine", "what the benchmarks need", || requirements::check(root, Tools::Build, Wanted::None))?;
    // The clients of servers take a minute to compile, which no other row needs.
    let servers = if arguments.iter().any(|argument| argument == "servers") { " --features servers" } else { "" };
    let program = format!("--release --locked --package events-bench{servers}");
    let build = Cargo::new(&format!("build {program}"));
    steps.run("build the benchmarks", &build, || build.run(root))?;
    let measure = Cargo::new(&format!("run --quiet {program} --")).with(arguments);
    steps.run("measure", &measure, || measure.run(root))
}
