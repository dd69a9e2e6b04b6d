//! The sums over all test programs, read from the line with which each of them ends.

/// Tests by how they ended.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Totals {
    passed: u64,
    failed: u64,
    ignored: u64,
}

impl Totals {
    /// Adds what `line` says when it is the last line of a test program; any other line changes nothing.
    pub(crate) fn read(&mut self, line: &str) {
        if let Some(program) = parse(line) {
            self.passed += program.passed;
            self.failed += program.failed;
            self.ignored += program.ignored;
        }
    }

    /// Whether no test ran at all.
    pub(crate) fn is_empty(self) -> bool {
        self.passed + self.failed == 0
    }

    /// How many tests failed.
    pub(crate) fn failed(self) -> u64 {
        self.failed
    }

    /// The sums in the form of a test program's own last line.
    pub(crate) fn line(self, all_is_well: bool) -> String {
        let verdict = if all_is_well { "ok" } else { "FAILED" };
        let Self { passed, failed, ignored } = self;
        format!("test result: {verdict}. {passed} passed; {failed} failed; {ignored} ignored")
    }
}

/// Reads `test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; …`.
fn parse(line: &str) -> Option<Totals> {
    let result = line.trim_end().strip_prefix("test result: ")?;
    let counts = result.strip_prefix("ok. ").or_else(|| result.strip_prefix("FAILED. "))?;
    let mut counts = counts.split("; ");
    let mut next = |what: &str| counts.next()?.strip_suffix(what)?.trim_end().parse().ok();
    Some(Totals { passed: next("passed")?, failed: next("failed")?, ignored: next("ignored")? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(output: &str) -> Totals {
        let mut totals = Totals::default();
        output.lines().for_each(|line| totals.read(line));
        totals
    }

    #[test]
    fn several_test_programs_are_summed_up() {
        let totals = read(concat!(
            "running 2 tests\n",
            "test a ... ok\n",
            "test b ... ignored\n",
            "\n",
            "test result: ok. 1 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s\n",
            "   Doc-tests events\n",
            "test result: FAILED. 4 passed; 2 failed; 0 ignored; 0 measured; 7 filtered out; finished in 1.20s\n",
        ));
        assert_eq!(totals, Totals { passed: 5, failed: 2, ignored: 1 });
    }

    #[test]
    fn other_lines_are_not_counted() {
        let cases = [
            "",
            "test result: ok.",
            "test result: ok. many passed; 0 failed; 0 ignored",
            "test result: ok. 1 passed; 0 failed",
            "a test prints: test result: ok. 1 passed; 0 failed; 0 ignored",
            "1 passed; 0 failed; 0 ignored",
        ];
        for line in cases {
            assert_eq!(read(line), Totals::default(), "{line}");
        }
    }

    #[test]
    fn the_sum_has_the_form_of_what_was_summed() {
        let totals = Totals { passed: 12, failed: 3, ignored: 1 };
        assert_eq!(totals.line(false), "test result: FAILED. 12 passed; 3 failed; 1 ignored");
        assert_eq!(read(&totals.line(true)), totals);
    }

    #[test]
    fn ignored_tests_do_not_count_as_run() {
        assert!(Totals { passed: 0, failed: 0, ignored: 4 }.is_empty());
        assert!(!Totals { passed: 0, failed: 1, ignored: 0 }.is_empty());
    }
}
