//! What a task does, step by step: announced, timed, and named again when it fails.

use std::fmt;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::summary::Totals;

/// The steps of one task, in the order in which they ran.
#[derive(Default)]
pub(crate) struct Steps {
    passed: usize,
    spent: Duration,
    notes: Vec<String>,
    totals: Option<Totals>,
}

/// A step that failed, and why.
#[derive(Debug)]
pub(crate) struct Failure {
    step: &'static str,
    reason: String,
}

impl Steps {
    /// Runs one step and says how long it took. `what` is shown beside the name: usually the command line.
    ///
    /// # Errors
    ///
    /// The reason that `work` gives, with the name of the step.
    pub(crate) fn run<T>(
        &mut self,
        name: &'static str,
        what: impl fmt::Display,
        work: impl FnOnce() -> Result<T, String>,
    ) -> Result<T, Failure> {
        println!("==> {name}: {what}");
        let start = Instant::now();
        let result = work();
        let took = start.elapsed();
        self.spent += took;
        match result {
            Ok(value) => {
                self.passed += 1;
                println!("    {name}: done in {}\n", Took(took));
                Ok(value)
            }
            Err(reason) => {
                println!("    {name}: FAILED after {}\n", Took(took));
                Err(Failure { step: name, reason })
            }
        }
    }

    /// Says that a step is left out, and why.
    pub(crate) fn skip(&self, name: &'static str, why: &str) {
        println!("==> {name}: not run, {why}\n");
    }

    /// Keeps a line for the end, where everybody looks.
    pub(crate) fn note(&mut self, line: String) {
        self.notes.push(line);
    }

    /// Keeps the sums of the tests for the last line.
    pub(crate) fn count(&mut self, totals: Totals) {
        self.totals = Some(totals);
    }

    /// Says how the task ended, and what was noted. Where tests ran their sums are the very last line, for those who read only that.
    pub(crate) fn conclude(self, result: Result<(), Failure>) -> ExitCode {
        let code = match &result {
            Ok(()) => {
                println!("all {} steps passed in {}", self.passed, Took(self.spent));
                ExitCode::SUCCESS
            }
            Err(failure) => {
                println!("failed at `{}`: {}", failure.step, failure.reason);
                ExitCode::FAILURE
            }
        };
        for note in &self.notes {
            println!("{note}");
        }
        if let Some(totals) = self.totals {
            println!("{}", totals.line(result.is_ok()));
        }
        code
    }
}

/// A duration as people say it: `0.4 s`, `12.0 s`, `3 min 05 s`.
struct Took(Duration);

impl fmt::Display for Took {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        if seconds < 60 {
            write!(f, "{:.1} s", self.0.as_secs_f64())
        } else {
            write!(f, "{} min {:02} s", seconds / 60, seconds % 60)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_step_is_named_with_its_reason() {
        let failure = Steps::default().run("lint", "nothing", || Err::<(), _>("two warnings".to_owned())).unwrap_err();
        assert_eq!((failure.step, failure.reason.as_str()), ("lint", "two warnings"));
    }

    #[test]
    fn durations_read_like_speech() {
        let cases = [(400, "0.4 s"), (12_000, "12.0 s"), (185_900, "3 min 05 s")];
        for (milliseconds, expected) in cases {
            assert_eq!(Took(Duration::from_millis(milliseconds)).to_string(), expected);
        }
    }
}
