//! A case: a file, and the mistakes that it marks.

use std::{fs, path::PathBuf};

/// Which answer is expected.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Fail,
    Pass,
}

impl Kind {
    fn folder(self) -> &'static str {
        match self {
            Self::Fail => "tests/compile/fail",
            Self::Pass => "tests/compile/pass",
        }
    }
}

/// One situation.
pub(crate) struct Case {
    /// The file without its extension.
    pub(crate) name: String,
    /// From the root of the workspace, as the compiler is told.
    pub(crate) path: String,
    pub(crate) text: String,
}

/// Where an error has to be, and which.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Mark {
    /// From 1.
    pub(crate) line: usize,
    /// From 1.
    pub(crate) column: usize,
    /// Of the character behind it.
    pub(crate) end: usize,
    /// `EVT…`; or the compiler's own `E…`, `Error` where it has none, or the name of a lint, where the message is rightly the compiler's.
    pub(crate) id: String,
}

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

impl Case {
    /// Every case of a kind, by number.
    pub(crate) fn all(kind: Kind) -> Vec<Self> {
        let mut names = files(kind, ".rs");
        names.sort();
        names
            .into_iter()
            .map(|name| {
                let path = format!("{}/{name}.rs", kind.folder());
                let text = fs::read_to_string(root().join(&path)).unwrap();
                Self { name, path, text }
            })
            .collect()
    }

    /// The name without the kind of item.
    pub(crate) fn situation(&self) -> &str {
        self.name.split('.').next().unwrap_or_default()
    }

    /// The mistakes that the file marks, in the order of the lines.
    pub(crate) fn marks(&self) -> Vec<Mark> {
        let mut marks = Vec::new();
        let mut marked = 0;
        for (at, line) in self.text.lines().enumerate() {
            match mark(line) {
                Some((column, end, id)) => marks.push(Mark { line: marked, column, end, id }),
                None => marked = at + 1,
            }
        }
        marks.sort();
        marks
    }

    /// The file with what is said about it.
    pub(crate) fn reviewed(&self) -> PathBuf {
        root().join(&self.path).with_extension("stderr")
    }
}

/// Reads `//    ^^^^ EVT010`: the columns of the carets, and the id.
fn mark(line: &str) -> Option<(usize, usize, String)> {
    let rest = line.trim_start().strip_prefix("//")?.trim_start();
    let id = rest.trim_start_matches('^');
    let carets = rest.len() - id.len();
    let id = id.strip_prefix(' ')?;
    let digits = id.trim_start_matches(|letter: char| letter.is_ascii_uppercase());
    let is_lint = id.contains('_') && id.bytes().all(|letter| letter.is_ascii_lowercase() || letter == b'_');
    let is_number = id.starts_with('E') && digits.len() > 2 && digits.bytes().all(|digit| digit.is_ascii_digit());
    let is_id = id == "Error" || is_lint || is_number;
    let column = line.chars().count() - rest.chars().count() + 1;
    (carets > 0 && is_id).then(|| (column, column + carets, id.to_owned()))
}

/// Reviewed messages whose case is gone.
pub(crate) fn orphans() -> Vec<String> {
    let cases = files(Kind::Fail, ".rs");
    files(Kind::Fail, ".stderr").into_iter().filter(|name| !cases.contains(name)).collect()
}

fn files(kind: Kind, extension: &str) -> Vec<String> {
    let entries = fs::read_dir(root().join(kind.folder())).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter_map(|name| name.strip_suffix(extension).map(str::to_owned)).collect()
}
