//! `cargo xtask fuzz`: texts at random for the filter language, guided by what they reach.

use std::fs;
use std::path::Path;

use crate::cargo::Cargo;
use crate::steps::{Failure, Steps};

/// What makes the fuzzer see where a text leads; as `cargo fuzz` sets it, without the sanitizers that need another
/// toolchain: nothing here is unsafe.
const COVERAGE: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1 --cfg fuzzing";

/// Looks for texts that panic or take long, for so many seconds.
///
/// # Errors
///
/// There is one: it stands in `target/fuzz`.
pub(crate) fn run(steps: &mut Steps, root: &Path, seconds: u32) -> Result<(), Failure> {
    let found = root.join("target/fuzz");
    let (corpus, found) = (found.join("filters"), found.display().to_string() + "/");
    steps.run("folder", "what is kept between runs", || {
        fs::create_dir_all(&corpus).map_err(|error| format!("{}: {error}", corpus.display()))
    })?;
    // With a target of its own, so that build scripts and macros are not instrumented.
    let fuzz =
        Cargo::new("run --release --target host-tuple --manifest-path fuzz/Cargo.toml --target-dir target/fuzz --")
            .with(&[
                corpus.display().to_string(),
                format!("-artifact_prefix={found}"),
                format!("-max_total_time={seconds}"),
                "-dict=fuzz/filters.dict".to_owned(),
                "-max_len=4096".to_owned(),
                "-print_final_stats=1".to_owned(),
            ])
            .variable("RUSTFLAGS", COVERAGE);
    steps.run("fuzz", &fuzz, || fuzz.run(root))
}
