//! Why a filter is none.

use std::fmt;

/// Why a text is no filter, or what it asks makes no sense. The message is for whoever wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidFilter(String);

impl std::error::Error for InvalidFilter {}

impl fmt::Display for InvalidFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// So much of a long line is shown around its mistake.
const SHOWN: usize = 500;

impl InvalidFilter {
    pub(crate) fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }

    /// Something stands at a byte of the text where one of these was expected.
    pub(crate) fn at(text: &str, at: usize, expected: &[&str]) -> Self {
        let before = text.get(..at).unwrap_or(text);
        let start = before.rfind('\n').map_or(0, |end| end + 1);
        let number = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let line = text[start..].split('\n').next().unwrap_or_default();
        let column = before[start..].chars().count();
        let mut said = format!("Invalid CIMI filter. Parse error at line {number}, column {}:\n", column + 1);
        // A list may have thousands of values.
        let skipped = if line.chars().count() > 2 * SHOWN { column.saturating_sub(SHOWN) } else { 0 };
        said.extend(line.chars().skip(skipped).take(2 * SHOWN));
        said.push('\n');
        said.extend(std::iter::repeat_n(' ', column - skipped));
        said.push_str("^\nExpected one of:");
        for expected in expected {
            said.push('\n');
            said.push_str(expected);
        }
        Self(said)
    }
}
