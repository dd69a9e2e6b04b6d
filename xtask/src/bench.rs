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
    let build = Cargo::new("build --release --locked --package events-bench");
    steps.run("build the benchmarks", &build, || build.run(root))?;
    let measure = Cargo::new("run --quiet --release --locked --package events-bench --").with(arguments);
    steps.run("measure", &measure, || measure.run(root))
}
