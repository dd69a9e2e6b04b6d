//! One line of the tree: when, what, on which resource, who, how long, and how it ended.

use std::fmt;

use serde_json::Value;

use super::{
    Kind, Node, Trail,
    cell::Cell,
    style::{Style, Tone},
};
use crate::{
    event::Event,
    identity::Caller,
    outcome::{Failure, Reason},
    timestamp::Timestamp,
};

/// A column grows with what stands in it, up to here; longer text pushes the rest of its line.
const WIDEST: usize = 48;
/// Branches are drawn to this depth.
const DEEPEST: usize = 24;
/// Longest identifier, detail and sentence that is shown, in characters.
const IDENTIFIER: usize = 120;
const DETAIL: usize = 60;
const SENTENCE: usize = 200;
/// Most details and links that are shown.
const MOST: usize = 8;

/// What of a line stands in columns.
struct Line {
    time: String,
    day: String,
    what: Cell,
    resource: Cell,
    who: Cell,
    took: Cell,
    ending: Cell,
}

pub(super) fn render(trail: &Trail, out: &mut impl fmt::Write, style: Style) -> fmt::Result {
    let mut lines = Vec::with_capacity(trail.len());
    trail.walk(|node, lasts| {
        lines.push(line(node, lasts));
        Ok(())
    })?;
    let widest = |cell: fn(&Line) -> &Cell| lines.iter().map(|line| cell(line).width()).max().unwrap_or(0).min(WIDEST);
    let (what, resource, who) = (widest(|line| &line.what), widest(|line| &line.resource), widest(|line| &line.who));
    let took = widest(|line| &line.took);
    let mut day = "";
    for line in &lines {
        if line.day != day {
            let gap = if day.is_empty() { "" } else { "\n" };
            writeln!(out, "{gap}{}{} UTC{}", Tone::Faint.begin(style), line.day, Tone::Faint.end(style))?;
            day = &line.day;
        }
        write!(out, "{}{}{}  ", Tone::Faint.begin(style), line.time, Tone::Faint.end(style))?;
        left(out, &line.what, what, style)?;
        left(out, &line.resource, resource, style)?;
        left(out, &line.who, who, style)?;
        let before = took.saturating_sub(line.took.width());
        write!(out, "{:before$}", "")?;
        line.took.write(out, style)?;
        if !line.ending.is_empty() {
            out.write_str("  ")?;
            line.ending.write(out, style)?;
        }
        out.write_str("\n")?;
    }
    Ok(())
}

fn left(out: &mut impl fmt::Write, cell: &Cell, width: usize, style: Style) -> fmt::Result {
    cell.write(out, style)?;
    let behind = width.saturating_sub(cell.width()) + 2;
    write!(out, "{:behind$}", "")
}

fn line(node: &Node, lasts: &[bool]) -> Line {
    let head = node.kind.head();
    let when = head.timestamp.to_string();
    // `2026-11-24T08:15:30.123Z`: all of it is ASCII.
    let (day, time) = when.split_once('T').unwrap_or(("", &when));
    let resource = head.resource.href.as_deref().unwrap_or(&head.resource.resource_type);
    Line {
        time: time.trim_end_matches('Z').to_owned(),
        day: day.to_owned(),
        what: what(node, lasts),
        resource: Cell::of(Tone::Normal, resource_of(node).unwrap_or(resource), IDENTIFIER),
        who: who(&node.kind.tail().authn_info),
        took: took(&node.kind),
        ending: ending(&node.kind),
    }
}

/// What an `add` added is known at its end.
fn resource_of(node: &Node) -> Option<&str> {
    node.kind.tail().resource.href.as_deref()
}

/// Branches and the event type.
fn what(node: &Node, lasts: &[bool]) -> Cell {
    let mut branches = String::new();
    if let Some((last, above)) = lasts.split_last() {
        let skipped = above.len().saturating_sub(DEEPEST);
        if skipped > 0 {
            branches.push_str(&format!("⋯{skipped} "));
        }
        for done in &above[skipped..] {
            branches.push_str(if *done { "   " } else { "│  " });
        }
        branches.push_str(if *last { "└─ " } else { "├─ " });
    }
    if node.orphan {
        branches.push_str("… ");
    }
    Cell::default().own(Tone::Faint, &branches).text(Tone::Strong, operation(&node.kind), IDENTIFIER)
}

/// The event type without the suffix that says how it ended.
fn operation(kind: &Kind) -> &str {
    let event_type = kind.head().event_type.as_str();
    match kind {
        Kind::Ended { closing, .. } => {
            let suffix = closing.phase.as_str();
            event_type.strip_suffix(suffix).and_then(|rest| rest.strip_suffix('.')).unwrap_or(event_type)
        }
        Kind::Open(_) | Kind::Direct(_) => event_type,
    }
}

fn who(caller: &Caller) -> Cell {
    let Some(user) = &caller.user_id else {
        return match &caller.active_claim {
            Some(claim) => Cell::of(Tone::Normal, claim.as_str(), IDENTIFIER),
            None => Cell::default().own(Tone::Faint, "anonymous"),
        };
    };
    let cell = Cell::of(Tone::Normal, user.as_str(), IDENTIFIER);
    let internal = user.as_str() == "internal" || user.as_str().starts_with("internal/");
    match &caller.active_claim {
        Some(claim) if claim != user && !internal => {
            cell.own(Tone::Faint, " as ").text(Tone::Normal, claim.as_str(), IDENTIFIER)
        }
        _ => cell,
    }
}

fn took(kind: &Kind) -> Cell {
    let Kind::Ended { .. } = kind else { return Cell::default() };
    let Some(millis) = kind.tail().duration_ms else { return Cell::default() };
    Cell::default().own(Tone::Normal, &duration(millis))
}

/// `12 ms`, `3.4 s`, `5 min 06 s`, `2 h 05 min`, `3 d 04 h`.
fn duration(millis: u64) -> String {
    let seconds = millis / 1_000;
    match seconds {
        0 if millis == 0 => "<1 ms".to_owned(),
        0 => format!("{millis} ms"),
        1..60 => format!("{seconds}.{} s", millis % 1_000 / 100),
        60..3_600 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        3_600..86_400 => format!("{} h {:02} min", seconds / 3_600, seconds / 60 % 60),
        _ => format!("{} d {:02} h", seconds / 86_400, seconds / 3_600 % 24),
    }
}

fn ending(kind: &Kind) -> Cell {
    let cell = match kind {
        Kind::Open(opening) => open(opening),
        Kind::Ended { closing, late: None, .. } => ended(Cell::default(), closing),
        Kind::Ended { closing, late: Some(late), .. } => {
            let before = closing.failure.as_ref().map_or("closed", |failure| failure.reason.as_str());
            ended(Cell::default(), late).own(Tone::Open, &format!(", known late: was {before}"))
        }
        Kind::Direct(_) => Cell::default().own(Tone::Direct, "occurred"),
    };
    notes(cell, kind)
}

/// Still running or, where there is a deadline, handed on to somebody who closes it.
fn open(opening: &Event) -> Cell {
    let cell = Cell::default().own(Tone::Open, "open");
    match opening.deadline {
        Some(deadline) => cell.own(Tone::Normal, &format!(" until {}", until(opening.timestamp, deadline))),
        None => cell,
    }
}

/// The deadline, with its day where that is another one.
fn until(from: Timestamp, deadline: Timestamp) -> String {
    let (from, deadline) = (from.to_string(), deadline.to_string());
    let minutes = |text: &str| text.get(..16).unwrap_or(text).replace('T', " ");
    let short = minutes(&deadline);
    match (from.split_once('T'), short.split_once(' ')) {
        (Some((today, _)), Some((day, time))) if today == day => time.to_owned(),
        _ => short,
    }
}

fn ended(cell: Cell, closing: &Event) -> Cell {
    let Some(failure) = &closing.failure else {
        let done = closing.success != Some(false);
        return if done { cell.own(Tone::Good, "completed") } else { cell.own(Tone::Bad, "failed") };
    };
    let cell = cell.own(Tone::Bad, "failed").own(Tone::Normal, ": ").own(Tone::Bad, &reason(failure));
    match &failure.message {
        Some(message) => cell.own(Tone::Normal, ", ").text(Tone::Normal, message, SENTENCE),
        None => cell,
    }
}

/// The reason, with the status where there is one.
fn reason(Failure { reason, status, .. }: &Failure) -> String {
    match (reason, status) {
        (Reason::Status, Some(status)) => format!("status {status}"),
        (reason, Some(status)) => format!("{reason} {status}"),
        (reason, None) => reason.to_string(),
    }
}

/// What changed, details and links.
fn notes(mut cell: Cell, kind: &Kind) -> Cell {
    let event = kind.tail();
    let state = |name: &str| event.details.get(name).map(shown);
    if let Some(reached) = state(NEW_STATE) {
        let left = state(OLD_STATE).unwrap_or_default();
        let arrow = if left.is_empty() { "  → " } else { " → " };
        let gap = if left.is_empty() { "" } else { "  " };
        cell = cell.own(Tone::Faint, gap).text(Tone::Normal, &left, DETAIL);
        cell = cell.own(Tone::Faint, arrow).text(Tone::Normal, &reached, DETAIL);
    }
    let others = event.details.iter().filter(|(name, _)| *name != NEW_STATE && *name != OLD_STATE);
    for (at, (name, value)) in others.take(MOST).enumerate() {
        let gap = if at == 0 { "  " } else { " " };
        cell = cell.own(Tone::Faint, gap).text(Tone::Faint, name, DETAIL).own(Tone::Faint, "=");
        cell = cell.text(Tone::Normal, &shown(value), DETAIL);
    }
    for (at, linked) in event.linked_identifiers.iter().take(MOST).enumerate() {
        let word = if at == 0 { "  linked " } else { " " };
        cell = cell.own(Tone::Faint, word).text(Tone::Normal, linked, IDENTIFIER);
    }
    let more = event.details.len().saturating_sub(MOST) + event.linked_identifiers.len().saturating_sub(MOST);
    if more > 0 {
        cell = cell.own(Tone::Faint, &format!("  and {more} more"));
    }
    cell
}

/// The details that every event of category `state` has: shown as what changed.
const OLD_STATE: &str = "old-state";
const NEW_STATE: &str = "new-state";

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_like_speech() {
        let cases = [
            (0, "<1 ms"),
            (999, "999 ms"),
            (1_250, "1.2 s"),
            (306_000, "5 min 06 s"),
            (7_500_000, "2 h 05 min"),
            (273_600_000, "3 d 04 h"),
        ];
        for (millis, expected) in cases {
            assert_eq!(duration(millis), expected);
        }
    }
}
