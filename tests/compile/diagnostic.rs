//! What the compiler says, as it prints it for programs.

use serde::Deserialize;

/// One message.
#[derive(Deserialize)]
pub(crate) struct Diagnostic {
    pub(crate) message: String,
    pub(crate) code: Option<Code>,
    pub(crate) level: String,
    pub(crate) spans: Vec<Span>,
    pub(crate) children: Vec<Diagnostic>,
    /// As people see it.
    #[serde(default, deserialize_with = "or_empty")]
    pub(crate) rendered: String,
}

#[derive(Deserialize)]
pub(crate) struct Code {
    pub(crate) code: String,
}

/// A stretch of a file.
#[derive(Deserialize)]
pub(crate) struct Span {
    pub(crate) file_name: String,
    pub(crate) is_primary: bool,
    pub(crate) line_start: usize,
    pub(crate) line_end: usize,
    pub(crate) column_start: usize,
    pub(crate) column_end: usize,
    pub(crate) label: Option<String>,
}

fn or_empty<'d, D: serde::Deserializer<'d>>(deserializer: D) -> Result<String, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.unwrap_or_default())
}

impl Diagnostic {
    /// Reads a line; nothing for the summary at the end.
    pub(crate) fn read(line: &str) -> Option<Self> {
        let said: Self = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let is_summary = said.spans.is_empty()
            && (said.level == "failure-note"
                || said.message.starts_with("aborting due to")
                || said.message.ends_with(" emitted"));
        (!is_summary).then_some(said)
    }

    /// Everything it says, notes and labels included.
    pub(crate) fn words(&self) -> String {
        let mut words = self.message.clone();
        for label in self.spans.iter().filter_map(|span| span.label.as_ref()) {
            words = format!("{words}\n{label}");
        }
        self.children.iter().fold(words, |words, child| format!("{words}\n{}", child.words()))
    }

    /// Every place it names, notes included.
    pub(crate) fn places(&self) -> Vec<&Span> {
        self.spans.iter().chain(self.children.iter().flat_map(Self::places)).collect()
    }
}
