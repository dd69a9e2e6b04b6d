//! The table: what was to be reached, what was measured, beside what.

use std::fmt::Write as _;

/// One line of the table.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// What was measured.
    pub(crate) name: String,
    /// What it is to reach, in words.
    pub(crate) goal: String,
    /// What was measured, in words.
    pub(crate) figure: String,
    /// What the floor or the peer reached in the same run.
    pub(crate) beside: String,
    /// The two compared.
    pub(crate) ratio: Option<f64>,
    /// Whether the goal is met; none where there is none.
    pub(crate) met: Option<bool>,
}

impl Row {
    pub(crate) fn new(name: impl Into<String>, goal: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            goal: goal.into(),
            figure: String::new(),
            beside: String::new(),
            ratio: None,
            met: None,
        }
    }

    pub(crate) fn figure(self, figure: impl Into<String>) -> Self {
        Self { figure: figure.into(), ..self }
    }

    pub(crate) fn beside(self, beside: impl Into<String>) -> Self {
        Self { beside: beside.into(), ..self }
    }

    pub(crate) fn ratio(self, ratio: f64) -> Self {
        Self { ratio: Some(ratio), ..self }
    }

    pub(crate) fn met(self, met: bool) -> Self {
        Self { met: Some(met), ..self }
    }

    fn cells(&self) -> [String; 6] {
        let ratio = match self.ratio {
            None => String::new(),
            Some(ratio) if ratio < 0.1 => format!("{ratio:.3}"),
            Some(ratio) if ratio < 10.0 => format!("{ratio:.2}"),
            Some(ratio) => format!("{ratio:.1}"),
        };
        let met = match self.met {
            None => "",
            Some(true) => "met",
            Some(false) => "missed",
        };
        [self.name.clone(), self.goal.clone(), self.figure.clone(), self.beside.clone(), ratio, met.to_owned()]
    }
}

/// All rows of a run.
#[derive(Debug, Default)]
pub(crate) struct Report(Vec<Row>);

const HEAD: [&str; 6] = ["what", "goal", "measured", "floor or peer, same run", "ratio", ""];

impl Report {
    /// Keeps a row, and shows it at once: a run takes minutes.
    pub(crate) fn add(&mut self, row: Row) {
        let [name, goal, figure, beside, ratio, met] = row.cells();
        let ratio = if ratio.is_empty() { ratio } else { format!(" [{ratio}]") };
        let goal = if goal.is_empty() { goal } else { format!("; goal {goal}: {met}") };
        eprintln!("  {name}: {figure}; beside {beside}{ratio}{goal}");
        self.0.push(row);
    }

    /// How many rows have a goal, and how many of them meet it.
    pub(crate) fn score(&self) -> (usize, usize) {
        let judged = || self.0.iter().filter_map(|row| row.met);
        (judged().count(), judged().filter(|met| *met).count())
    }

    /// The table as Markdown, its columns aligned so that it can be read as it stands.
    pub(crate) fn markdown(&self) -> String {
        let rows: Vec<[String; 6]> = self.0.iter().map(Row::cells).collect();
        let widths: [usize; 6] = std::array::from_fn(|column| {
            let cells = rows.iter().map(|row| row[column].chars().count());
            cells.chain([HEAD[column].len(), 3]).max().unwrap_or(3)
        });
        let mut text = String::new();
        line(&mut text, &HEAD.map(str::to_owned), &widths);
        line(&mut text, &widths.map(|width| "-".repeat(width)), &widths);
        for row in &rows {
            line(&mut text, row, &widths);
        }
        text
    }
}

fn line(text: &mut String, cells: &[String; 6], widths: &[usize; 6]) {
    for (cell, width) in cells.iter().zip(widths) {
        // Writing to a string cannot fail.
        let _ = write!(text, "| {cell:width$} ");
    }
    text.push_str("|\n");
}
