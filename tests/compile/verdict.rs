//! What is demanded of the compiler's answer to every case.

use std::{env, fs};

use crate::{
    case::{Case, Mark},
    compiler::Answer,
    diagnostic::Diagnostic,
};

/// Words of which each message has at least one: it says what to do.
const NEXT_STEPS: &[&str] = &[
    "write ",
    "annotate ",
    "did you mean",
    "one of",
    "keep one",
    "choose another",
    "add ",
    "put `#",
    "goes on",
    "say ",
    "name ",
    "derive ",
    "leave ",
    "give ",
    "expected `,`",
    "instead",
    "declared:",
];

/// What is ours and must not be shown.
const INSIDES: &[&str] = &[
    "__private",
    "__events",
    "__EVENTS",
    "__Events",
    "panic.rs",
    "events_core::",
    "events_macros",
    "events-core",
    "events-macros",
];

/// A function that the user calls is no inside of ours: the compiler shows where its bound stands.
const PUBLIC_BOUND: &str = "required by a bound in `emit`";

/// A case that must not compile: everything that is wrong with how it is refused.
pub(crate) fn refused(case: &Case, answer: &Answer) -> Result<(), String> {
    let mut wrong = Vec::new();
    let marks = case.marks();
    if marks.is_empty() {
        wrong.push("the case marks no mistake".to_owned());
    }
    let mut found = Vec::new();
    for said in &answer.diagnostics {
        if said.level != "error" {
            wrong.push(format!("a {} beside the errors: {}", said.level, said.message));
            continue;
        }
        wrong.extend(content(case, said));
        match place(case, said) {
            Ok(mark) => found.push(mark),
            Err(why) => wrong.push(why),
        }
    }
    found.sort();
    if found != marks {
        wrong.push(format!("marked: {}\nsaid:   {}", listed(&marks), listed(&found)));
    }
    wrong.extend(reviewed(case, answer));
    if wrong.is_empty() {
        return Ok(());
    }
    Err(format!("{}\n\n{}", wrong.join("\n"), printed(answer)))
}

/// A case that must compile.
pub(crate) fn accepted(_: &Case, answer: &Answer) -> Result<(), String> {
    if answer.success && answer.diagnostics.is_empty() { Ok(()) } else { Err(printed(answer)) }
}

/// Where an error is, and which it is.
fn place(case: &Case, said: &Diagnostic) -> Result<Mark, String> {
    let mut primary = said.spans.iter().filter(|span| span.is_primary);
    let (Some(span), None) = (primary.next(), primary.next()) else {
        return Err(format!("not one primary place: {}", said.message));
    };
    if span.file_name != case.path || span.line_start != span.line_end {
        let (file, line) = (&span.file_name, span.line_start);
        return Err(format!("not in one line of the case, but from {file}:{line}: {}", said.message));
    }
    let (line, column, end) = (span.line_start, span.column_start, span.column_end);
    let own = said.code.as_ref().map_or("Error", |code| &code.code);
    let id = id(&said.words()).unwrap_or_else(|| own.to_owned());
    Ok(Mark { line, column, end, id })
}

/// The first `EVT…` of a text.
fn id(words: &str) -> Option<String> {
    let at = words.find("[EVT")? + 1;
    words.get(at..at + 6).map(str::to_owned)
}

fn content(case: &Case, said: &Diagnostic) -> Vec<String> {
    let mut wrong = Vec::new();
    let words = said.words();
    if id(&words).is_some() && !NEXT_STEPS.iter().any(|step| words.contains(step)) {
        wrong.push(format!("does not say what to do: {}", said.message));
    }
    let bounds = said.children.iter().filter(|child| child.message == PUBLIC_BOUND);
    let interface: Vec<&str> = bounds.flat_map(|bound| &bound.spans).map(|span| span.file_name.as_str()).collect();
    let rendered = interface.iter().fold(said.rendered.clone(), |rendered, file| rendered.replace(file, ""));
    for inside in INSIDES.iter().filter(|inside| rendered.contains(**inside)) {
        wrong.push(format!("shows `{inside}`"));
    }
    if said.rendered.split(|c: char| !c.is_ascii_digit()).any(|number| number.len() > 12) {
        wrong.push("shows a hash".to_owned());
    }
    for span in said.places() {
        let is_standard = span.file_name.starts_with("/rustc/");
        let is_ours = span.file_name == case.path || span.file_name == "tests/compile/scene.rs";
        if !is_standard && !is_ours && !interface.contains(&span.file_name.as_str()) {
            wrong.push(format!("points into {}", span.file_name));
        }
    }
    wrong
}

/// Compares with the reviewed message, or writes it.
fn reviewed(case: &Case, answer: &Answer) -> Option<String> {
    let (file, printed) = (case.reviewed(), printed(answer));
    if env::var_os("EVENTS_BLESS").is_some() {
        fs::write(file, printed).unwrap();
        return None;
    }
    match fs::read_to_string(&file) {
        Ok(reviewed) if reviewed == printed => None,
        Ok(reviewed) => Some(format!("not what was reviewed (EVENTS_BLESS=1 writes it), which is:\n{reviewed}")),
        Err(_) => Some("no reviewed message yet (EVENTS_BLESS=1 writes it)".to_owned()),
    }
}

fn printed(answer: &Answer) -> String {
    let said: Vec<&str> = answer.diagnostics.iter().map(|said| said.rendered.as_str()).collect();
    said.concat()
}

fn listed(marks: &[Mark]) -> String {
    let each: Vec<String> =
        marks.iter().map(|Mark { line, column, end, id }| format!("{line}:{column}-{end} {id}")).collect();
    each.join(", ")
}
