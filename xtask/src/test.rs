//! `cargo xtask test`: every test of the workspace, and its examples.

use std::path::Path;

use crate::browser;
use crate::cargo::Cargo;
use crate::clients;
use crate::requirements::{self, Tools};
use crate::servers::{self, Wanted};
use crate::steps::{Failure, Steps};
use crate::summary::Totals;

/// Every feature at once, so that no test hides behind one.
const EVERYTHING: &str = "test --workspace --all-features --locked";

/// Runs the tests whose name contains one of `filters`, or all of them and the examples.
///
/// # Errors
///
/// The first step that failed. All tests run even if one fails.
pub(crate) fn run(steps: &mut Steps, root: &Path, servers: Wanted, filters: &[String]) -> Result<(), Failure> {
    steps.run("machine", "what the tests need", || requirements::check(root, Tools::Test, servers))?;
    run_checked(steps, root, servers, filters)
}

/// As [`run`], on a machine that has been checked already.
pub(crate) fn run_checked(steps: &mut Steps, root: &Path, servers: Wanted, filters: &[String]) -> Result<(), Failure> {
    let build = Cargo::new(EVERYTHING).with(&["--no-run".to_owned()]);
    steps.run("build the tests", &build, || build.run(root))?;
    if filters.is_empty() {
        try_examples(steps, root)?;
    } else {
        steps.skip("examples", "only the named tests are asked for");
    }

    // After the builds, which need both the processors and the memory.
    let servers = servers::for_tests(steps, root, servers)?;
    let clients = clients::for_tests(steps, root)?;
    let browser = browser::for_tests(steps, root)?;
    let mut tests = Cargo::new(EVERYTHING).with(&["--no-fail-fast".to_owned()]);
    tests = tests.variables(&servers.variables).variables(&[clients]).variables(&browser);
    if !filters.is_empty() {
        tests = tests.with(&["--".to_owned()]).with(filters);
    }
    let mut totals = Totals::default();
    let result = steps.run("tests", &tests, || {
        let status = tests.run_reading(root, |line| totals.read(line));
        judge(status, totals, filters)
    });
    steps.count(totals);
    result
}

/// Builds the examples as a user does, with the default features, and runs the first one a user would try.
fn try_examples(steps: &mut Steps, root: &Path) -> Result<(), Failure> {
    let build = Cargo::new("build --examples --locked");
    steps.run("build the examples", &build, || build.run(root))?;

    let quickstart = ["examples/quickstart.rs", "examples/quickstart/main.rs"];
    if !quickstart.iter().any(|file| root.join(file).is_file()) {
        steps.skip("quickstart", "there is no such example yet");
        return Ok(());
    }
    let run = Cargo::new("run --quiet --locked --example quickstart");
    steps.run("quickstart", &run, || run.run(root))
}

fn judge(status: Result<(), String>, totals: Totals, filters: &[String]) -> Result<(), String> {
    match (status, totals.failed()) {
        (Ok(()), _) if totals.is_empty() && filters.is_empty() => Err("no test ran".to_owned()),
        (Ok(()), _) if totals.is_empty() => Err(format!("no test has a name with `{}`", filters.join("` or `"))),
        (Ok(()), 0) => Ok(()),
        // Counted as failed, but the exit code says otherwise: believe the worse.
        (Ok(()), failed) => Err(format!("{failed} tests failed")),
        (Err(reason), 0) => Err(format!("a test program ended without a result ({reason})")),
        (Err(_), 1) => Err("1 test failed; its name stands above under `failures:`".to_owned()),
        (Err(_), failed) => Err(format!("{failed} tests failed; their names stand above under `failures:`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn totals(line: &str) -> Totals {
        let mut totals = Totals::default();
        totals.read(line);
        totals
    }

    #[test]
    fn success_needs_a_test_that_ran_and_none_that_failed() {
        let none = Totals::default();
        let good = totals("test result: ok. 3 passed; 0 failed; 0 ignored");
        let bad = totals("test result: FAILED. 3 passed; 2 failed; 0 ignored");
        let failed = || Err("exit status: 101".to_owned());

        assert_eq!(judge(Ok(()), good, &[]), Ok(()));
        let cases = [
            (judge(Ok(()), none, &[]), "no test ran"),
            (judge(Ok(()), none, &["a".to_owned(), "b".to_owned()]), "with `a` or `b`"),
            (judge(Ok(()), bad, &[]), "2 tests failed"),
            (judge(failed(), bad, &[]), "2 tests failed"),
            (judge(failed(), good, &[]), "without a result (exit status: 101)"),
        ];
        for (verdict, expected) in cases {
            let reason = verdict.unwrap_err();
            assert!(reason.contains(expected), "{reason}");
        }
    }
}
