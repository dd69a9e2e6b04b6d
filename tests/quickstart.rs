//! The quickstart prints what a customer is shown.

mod programs;

use std::path::Path;

use programs::{example, printed};

/// Runs it in a folder of its own.
fn run(folder: &Path) -> String {
    masked(&printed(example("quickstart").current_dir(folder).arg("trail")))
}

const WHO: &str = "user/jane as group/fleet";

/// What differs from run to run is made equal: days, times, and how long it took.
fn masked(text: &str) -> String {
    let line = |line: &str| match line.split_once(WHO) {
        Some((before, after)) => format!("<time>{}{WHO}{}", &before["08:15:30.123".len()..], masked_ending(after)),
        None if line.ends_with(" UTC") => "<day> UTC".to_owned(),
        None => line.to_owned(),
    };
    text.lines().map(|text| line(text) + "\n").collect()
}

/// `   12 ms  completed`, `           open until 09:30`.
fn masked_ending(text: &str) -> String {
    let ending = text.trim_start();
    if ending.starts_with("open until ") {
        return "          open until <time>".to_owned();
    }
    match ending.split_once("  ") {
        Some((took, ending)) if took.ends_with(" ms") || took.ends_with(" s") => format!("  <took>  {ending}"),
        _ => format!("          {ending}"),
    }
}

#[test]
fn the_first_run_shows_every_ending_and_finds_it_again() {
    let folder = tempfile::tempdir().unwrap();
    let text = run(folder.path());
    assert_eq!(text, include_str!("quickstart.txt"), "\n{text}");
}

#[test]
fn the_second_run_finds_the_first() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path());
    let text = run(folder.path());
    assert!(text.starts_with("The second run. The events of the first are still in trail."), "{text}");
    let (first, second) = text.split_once("session/run-002").unwrap();
    for operation in ["nuvlabox.add", "deployment.start", "nuvlabox.check-api"] {
        assert!(first.contains(operation) && second.contains(operation), "{text}");
    }
    assert!(text.ends_with("Operations that are open: 2\n"), "{text}");
}
