//! What no other tool refuses in the text of the sources: paths of one machine, notes that nobody owns, names that say nothing.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Folders below the root that exist on one machine only. Without slashes, so that this file passes its own check.
const MACHINE_FOLDERS: [&str; 4] = ["home", "root", "work", "Users"];

/// Marks of unfinished work; each needs an owner: the mark, then a name or an issue in parentheses.
const MARKS: [&str; 2] = [concat!("TO", "DO"), concat!("FIX", "ME")];

/// Names under which anything could hide.
const EMPTY_NAMES: [&str; 8] = ["common", "helper", "helpers", "misc", "types", "util", "utils", "stuff"];

const CHECKED_EXTENSIONS: [&str; 5] = ["rs", "toml", "md", "sh", "sql"];

/// Folders that hold nothing of ours.
const SKIPPED_FOLDERS: [&str; 2] = ["target", ".git"];

/// Checks every source file below `root`.
///
/// # Errors
///
/// One message with all findings as `file:line: what is wrong`, or the file that cannot be read.
pub(crate) fn check_tree(root: &Path) -> Result<(), String> {
    let files = source_files(root).map_err(|error| format!("the sources cannot be listed: {error}"))?;
    let mut findings = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        findings.extend(check(file.strip_prefix(root).unwrap_or(&file), &text));
    }
    if findings.is_empty() { Ok(()) } else { Err(format!("\n  {}", findings.join("\n  "))) }
}

/// What is wrong with one file, whose `path` is relative to the root.
fn check(path: &Path, text: &str) -> Vec<String> {
    let file = path.display();
    let mut findings = Vec::new();
    if let Some(name) = empty_name(path) {
        findings.push(format!("{file}: the name `{name}` says nothing; name it after its one idea"));
    }
    for (index, line) in text.lines().enumerate() {
        let number = index + 1;
        if let Some(folder) = machine_path(line) {
            findings.push(format!("{file}:{number}: a path below `/{folder}` exists on one machine only"));
        }
        if let Some(mark) = unowned_mark(line) {
            findings.push(format!("{file}:{number}: {mark} without an owner; write `{mark}(#12): …`"));
        }
    }
    findings
}

/// The module's name: of the file, or of the folder whose `mod.rs` it is.
fn empty_name(path: &Path) -> Option<&str> {
    let name_of = |path: &Path| EMPTY_NAMES.into_iter().find(|name| path.file_stem().is_some_and(|stem| stem == *name));
    if path.extension()? != "rs" {
        return None;
    }
    if path.file_name()? == "mod.rs" { name_of(path.parent()?) } else { name_of(path) }
}

fn machine_path(line: &str) -> Option<&'static str> {
    MACHINE_FOLDERS.into_iter().find(|folder| {
        let prefix = format!("/{folder}/");
        // Inside a longer path the same word is an ordinary folder: `benches/work/…`.
        line.match_indices(&prefix).any(|(at, _)| !line[..at].ends_with(is_part_of_path))
    })
}

fn is_part_of_path(character: char) -> bool {
    character.is_alphanumeric() || ".-_~{}*".contains(character)
}

fn unowned_mark(line: &str) -> Option<&'static str> {
    MARKS.into_iter().find(|mark| {
        line.match_indices(mark).any(|(at, _)| {
            let (before, after) = (&line[..at], &line[at + mark.len()..]);
            let is_word = !before.ends_with(is_part_of_word) && !after.starts_with(is_part_of_word);
            is_word && !has_owner(after)
        })
    })
}

fn is_part_of_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

fn has_owner(after: &str) -> bool {
    let owner = after.strip_prefix('(').and_then(|rest| rest.split_once(')'));
    owner.is_some_and(|(owner, _)| !owner.trim().is_empty())
}

/// In the order of their paths, so that two runs say the same.
fn source_files(root: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let (path, kind) = (entry.path(), entry.file_type()?);
            if kind.is_dir() && !SKIPPED_FOLDERS.iter().any(|skipped| entry.file_name() == *skipped) {
                folders.push(path);
            } else if kind.is_file() && is_source(&path) {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

fn is_source(path: &Path) -> bool {
    let known = path.extension().is_some_and(|extension| CHECKED_EXTENSIONS.iter().any(|known| extension == *known));
    known || path.ends_with(".ci/run")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(path: &str, text: &str) -> Vec<String> {
        check(Path::new(path), text)
    }

    #[test]
    fn paths_of_one_machine_are_found_with_their_line() {
        for folder in MACHINE_FOLDERS {
            let found = findings("src/store.rs", &format!("// fine\nlet path = \"/{folder}/data\";"));
            assert_eq!(found, [format!("src/store.rs:2: a path below `/{folder}` exists on one machine only")]);
        }
        assert_eq!(findings("src/a.rs", &format!("file:///{}/me/x", "home")).len(), 1);
    }

    #[test]
    fn the_same_words_inside_a_path_are_no_finding() {
        let text = "benches/work/a.rs and parent/root/child and {dir}/home/x and ./work/ and the home of it";
        assert_eq!(findings("src/a.rs", text), Vec::<String>::new());
    }

    #[test]
    fn a_note_needs_an_owner() {
        let [mark, other] = MARKS;
        let cases = [
            (format!("// {mark}: later"), 1),
            (format!("// {other} soon"), 1),
            (format!("// {mark}(): whose?"), 1),
            (format!("// {mark}(#12): split this"), 0),
            (format!("let {mark}_LIST = 1; // a word of its own is meant"), 0),
            (format!("// {mark}(#12): a; {mark}: b"), 1),
        ];
        for (line, expected) in cases {
            assert_eq!(findings("src/a.rs", &line).len(), expected, "{line}");
        }
    }

    #[test]
    fn names_that_say_nothing_are_refused() {
        for path in ["src/utils.rs", "src/helpers.rs", "tests/common.rs", "tests/common/mod.rs", "a/src/types.rs"] {
            assert_eq!(findings(path, "").len(), 1, "{path}");
        }
        for path in ["src/acl.rs", "src/common_prefix.rs", "docs/common.md", "common/src/lib.rs", "src/store/mod.rs"] {
            assert_eq!(findings(path, ""), Vec::<String>::new(), "{path}");
        }
    }
}
