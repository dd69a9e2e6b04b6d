//! The page about the messages, the ids in the code and the cases say the same.

use std::{collections::BTreeSet, fs, path::Path};

use crate::case::{Case, Kind, root};

/// Where ids of compile-time messages are written.
const SOURCES: [&str; 2] = ["events-macros/src", "events-core/src"];

#[test]
fn the_page_the_code_and_the_cases_have_the_same_ids() {
    let mut code = BTreeSet::new();
    for folder in SOURCES {
        read(&root().join(folder), "EVT0", &mut code);
    }
    assert_eq!(code, paragraphs("EVT0"), "ids in the code, and on the page");

    let cases: BTreeSet<String> = Case::all(Kind::Fail)
        .iter()
        .flat_map(Case::marks)
        .map(|mark| mark.id)
        .filter(|id| id.starts_with("EVT"))
        .collect();
    let without: Vec<&String> = code.difference(&cases).collect();
    assert!(without.is_empty(), "ids without a case: {without:?}");
    let unknown: Vec<&String> = cases.difference(&code).collect();
    assert!(unknown.is_empty(), "cases of ids that the code does not have: {unknown:?}");
}

#[test]
fn the_page_and_the_code_have_the_same_ids_of_running_programs() {
    let mut code = BTreeSet::new();
    for entry in fs::read_dir(root()).unwrap() {
        let entry = entry.unwrap();
        if entry.file_name().to_string_lossy().starts_with("events-") {
            read(&entry.path().join("src"), "EVT1", &mut code);
        }
    }
    assert_eq!(code, paragraphs("EVT1"), "ids in the code, and on the page");
}

/// The ids that the page explains, in order and each once.
fn paragraphs(beginning: &str) -> BTreeSet<String> {
    let page = fs::read_to_string(root().join("docs/errors.md")).unwrap();
    let mut headings: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("### ")).collect();
    headings.retain(|heading| heading.starts_with(beginning));
    assert!(headings.is_sorted(), "the page is in the order of the ids");
    let paragraphs: BTreeSet<String> = headings.iter().map(|heading| heading[..6].to_owned()).collect();
    assert_eq!(paragraphs.len(), headings.len(), "an id has two paragraphs");
    paragraphs
}

/// Collects the ids that begin so, below a folder.
fn read(folder: &Path, beginning: &str, ids: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            // Its tests speak about messages, they do not give them.
            if path.file_name().is_some_and(|name| name != "tests") {
                read(&path, beginning, ids);
            }
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let found = text.match_indices(beginning).filter_map(|(at, _)| text.get(at..at + 6));
        ids.extend(found.filter(|id| id[4..].bytes().all(|byte| byte.is_ascii_digit())).map(str::to_owned));
    }
}
