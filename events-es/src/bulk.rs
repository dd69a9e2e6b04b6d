//! One `_bulk` request: how events are written into it, and what its answer says of each.

use std::ops::Range;

use events_core::{Bytes, KeySource, Phase, Sequenced};
use serde::Deserialize;

use crate::{
    deliver::Outcome,
    detail_types::DetailTypes,
    document::Writer,
    layout::{Layout, put_document_id},
    never_fits::LARGE,
    request::{Answer, Cause, RequestError},
};

/// Events as `_bulk` takes them, one behind the other.
#[derive(Debug)]
pub(crate) struct Lines {
    bytes: Bytes,
    ends: Vec<usize>,
}

/// A batch as it is sent.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) lines: Lines,
    /// Of each line.
    pub(crate) sent: Vec<Sent>,
    /// Places in the batch of events that cannot be sent, and why.
    pub(crate) refused: Vec<(usize, String)>,
}

/// Which event a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sent {
    /// Its place in the batch.
    pub(crate) place: usize,
    pub(crate) role: Role,
}

/// What an event is to its operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Opening,
    Closing,
    Neither,
}

impl Role {
    fn of(phase: Phase) -> Self {
        match phase {
            Phase::Requested => Self::Opening,
            Phase::Occurred => Self::Neither,
            Phase::Completed | Phase::Failed => Self::Closing,
        }
    }
}

/// Writes all events of a batch that can be sent.
pub(crate) fn write(batch: &[Sequenced], layout: &Layout, types: &DetailTypes) -> Written {
    let documents: usize = batch.iter().map(|event| event.document.len()).sum();
    let mut bytes = Vec::with_capacity(documents + documents / 2 + batch.len() * 512);
    let mut ends = Vec::with_capacity(batch.len());
    let (mut sent, mut refused) = (Vec::with_capacity(batch.len()), Vec::new());
    let mut writer = Writer::new(types);
    for (place, event) in batch.iter().enumerate() {
        let start = bytes.len();
        match write_event(&mut bytes, event, layout, &mut writer) {
            Ok(role) => {
                ends.push(bytes.len());
                sent.push(Sent { place, role });
            }
            Err(why) => {
                bytes.truncate(start);
                refused.push((place, why));
            }
        }
    }
    Written { lines: Lines { bytes: bytes.into(), ends }, sent, refused }
}

impl Lines {
    fn start(&self, line: usize) -> usize {
        if line == 0 { 0 } else { self.ends[line - 1] }
    }

    /// The body of a request with some of the events.
    pub(crate) fn body(&self, lines: &Range<usize>) -> Bytes {
        self.bytes.slice(self.start(lines.start)..self.start(lines.end))
    }

    /// How many bytes an event has with all that is sent for it.
    pub(crate) fn bytes(&self, line: usize) -> usize {
        self.ends[line] - self.start(line)
    }

    /// The first of these events, as many as one request has: of at most so many bytes, but for an event that is
    /// larger, and one that is large alone.
    pub(crate) fn first(&self, lines: &Range<usize>, most: usize) -> Range<usize> {
        let fits = |line: usize| {
            self.ends[line] - self.start(lines.start) <= most && self.bytes(line).max(self.bytes(line - 1)) <= LARGE
        };
        let end = (lines.start + 1..lines.end).find(|line| !fits(*line));
        lines.start..end.unwrap_or(lines.end)
    }
}

fn write_event<'d>(
    out: &mut Vec<u8>,
    event: &'d Sequenced,
    layout: &Layout,
    writer: &mut Writer<'_, 'd>,
) -> Result<Role, String> {
    let source = KeySource::read(&event.document).map_err(|error| error.to_string())?;
    if source.id() != event.id {
        return Err(format!("its document is that of {}", source.id()));
    }
    // Nothing of these needs escaping.
    out.extend_from_slice(b"{\"create\":{\"_index\":\"");
    out.extend_from_slice(layout.index_of(event.id).as_bytes());
    out.extend_from_slice(b"\",\"_id\":\"");
    put_document_id(out, event.id);
    out.extend_from_slice(b"\"}}\n");
    writer.write(out, &event.document, &source).map_err(|error| error.to_string())?;
    out.push(b'\n');
    Ok(Role::of(source.phase()))
}

/// What an answer says of one event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is known what became of it.
    Known(Outcome),
    /// Another document has its id.
    Taken,
    /// The server has too much to do, and why; or this is too much for it.
    Busy(String),
}

/// What an answer says of all events of a request.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// Of each.
    Each(Vec<Verdict>),
    /// None of them could be taken like this: fewer may.
    TooMuch(String),
    /// The server has too much to do, or this is too much for it.
    Busy(String),
    /// Not now.
    Later(String),
}

impl Said {
    /// Whether all events, or some of them, were too much.
    pub(crate) fn is_busy(&self) -> bool {
        match self {
            Self::Each(verdicts) => verdicts.iter().any(|verdict| matches!(verdict, Verdict::Busy(_))),
            Self::Busy(_) => true,
            Self::TooMuch(_) | Self::Later(_) => false,
        }
    }
}

/// Reads the answer to a request with so many events.
pub(crate) fn read(answer: Result<Answer, RequestError>, events: usize) -> Said {
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) => return Said::Later(error.to_string()),
    };
    if answer.is_success() {
        return match answer.read::<Items>() {
            Ok(Items { items }) if items.len() == events => Said::Each(items.into_iter().map(verdict).collect()),
            Ok(Items { items }) => Said::Later(format!("{} of {events} events were answered for", items.len())),
            Err(error) => Said::Later(error.to_string()),
        };
    }
    let cause = answer.cause();
    let refused = answer.refused().to_string();
    match answer.status {
        // What has no kind does not come from the server: a proxy that does not know it, for example.
        400 if !cause.kind.is_empty() => Said::TooMuch(refused),
        413 => Said::TooMuch(refused),
        429 => Said::Busy(refused),
        _ => Said::Later(refused),
    }
}

#[derive(Deserialize)]
struct Items {
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    create: Created,
}

#[derive(Deserialize)]
struct Created {
    status: u16,
    error: Option<Cause>,
}

/// What the answer of one event means. Whatever is not about the event itself passes, or is mended by
/// somebody: a full queue, a blocked index, a missing right, too many shards. A closed index
/// is final all the same: what is behind it would wait for as long.
fn verdict(item: Item) -> Verdict {
    let Created { status, error } = item.create;
    let cause = error.unwrap_or_default();
    match status {
        200..300 => Verdict::Known(Outcome::Stored),
        409 => Verdict::Taken,
        429 => Verdict::Busy(format!("status {status}, {cause}")),
        400 if cause.kind != "validation_exception" => Verdict::Known(Outcome::Rejected(cause.to_string())),
        _ => Verdict::Known(Outcome::Retry(format!("status {status}, {cause}"))),
    }
}

#[cfg(test)]
mod tests {
    use events_core::{Seq, conformance::Generator};

    use super::*;

    fn batch(events: usize) -> Vec<Sequenced> {
        let entries = Generator::new(1).events(events).into_iter();
        entries.map(|entry| Sequenced { seq: Seq(1), id: entry.id, document: entry.document }).collect()
    }

    #[test]
    fn a_body_has_two_lines_for_each_event() {
        let mut batch = batch(5);
        batch[1].document = b"no event".as_slice().into();
        batch[3].id = batch[4].id;
        let Written { lines, sent, refused } = write(&batch, &Layout::new("events").unwrap(), &DetailTypes::default());
        assert_eq!(sent.iter().map(|sent| sent.place).collect::<Vec<_>>(), [0, 2, 4]);
        assert!(sent.iter().all(|sent| (sent.role == Role::Closing) == (batch[sent.place].id.as_u128() & 1 == 1)));
        assert_eq!(refused.iter().map(|(place, _)| *place).collect::<Vec<_>>(), [1, 3]);
        assert_eq!(lines.first(&(0..3), usize::MAX), 0..3);
        let text = |range| String::from_utf8(lines.body(&range).to_vec()).unwrap();
        assert_eq!(text(0..3).lines().count(), 6);
        assert_eq!(text(0..1) + &text(1..3), text(0..3));
        assert!(text(1..2).starts_with(r#"{"create":{"_index":"events-2026.01","_id":""#));
    }

    #[test]
    fn a_large_event_goes_alone() {
        let lines = |sizes: &[usize]| {
            let ends = sizes.iter().scan(0, |end, size| {
                *end += size;
                Some(*end)
            });
            Lines { bytes: Bytes::new(), ends: ends.collect() }
        };
        let requests = |sizes: &[usize]| {
            let (lines, mut left) = (lines(sizes), 0..sizes.len());
            let request = || {
                let request = (!left.is_empty()).then(|| lines.first(&left, 16 * LARGE))?;
                left.start = request.end;
                Some(request)
            };
            std::iter::from_fn(request).collect::<Vec<_>>()
        };
        assert_eq!(requests(&[5, 2 * LARGE, 5, 5]), [0..1, 1..2, 2..4]);
        assert_eq!(requests(&[20 * LARGE]).len(), 1);
        assert_eq!(requests(&[LARGE; 20]), [0..16, 16..20]);
    }

    #[test]
    fn what_is_about_the_event_is_final_and_what_is_about_the_server_passes() {
        let said = |status: u16, kind: &str| {
            verdict(Item { create: Created { status, error: Some(Cause { kind: kind.into(), reason: "x".into() }) } })
        };
        let is_final = |status, kind| matches!(said(status, kind), Verdict::Known(Outcome::Rejected(_)));
        let passes = |status, kind| matches!(said(status, kind), Verdict::Known(Outcome::Retry(_)));
        assert_eq!(said(201, ""), Verdict::Known(Outcome::Stored));
        assert_eq!(said(409, "version_conflict_engine_exception"), Verdict::Taken);
        assert!(is_final(400, "document_parsing_exception") && is_final(400, "mapper_parsing_exception"));
        assert!(is_final(400, "strict_dynamic_mapping_exception") && is_final(400, "illegal_argument_exception"));
        assert!(is_final(400, "index_closed_exception"));
        assert!(passes(503, "unavailable_shards_exception") && passes(500, "x"));
        assert!(matches!(said(429, "es_rejected_execution_exception"), Verdict::Busy(_)));
        assert!(passes(403, "cluster_block_exception") && passes(403, "security_exception"));
        assert!(passes(404, "index_not_found_exception") && passes(400, "validation_exception"));
    }

    #[test]
    fn an_answer_for_other_events_than_were_sent_is_none() {
        let answer = |status, body: &'static str| Ok(Answer { status, body: Bytes::from_static(body.as_bytes()) });
        let items = r#"{"errors":false,"items":[{"create":{"status":201}}]}"#;
        assert_eq!(read(answer(200, items), 1), Said::Each(vec![Verdict::Known(Outcome::Stored)]));
        assert!(matches!(read(answer(200, items), 2), Said::Later(_)));
        assert!(matches!(read(answer(200, "<html>"), 1), Said::Later(_)));
        assert!(matches!(read(answer(400, "<html>"), 1), Said::Later(_)));
        assert!(matches!(read(answer(401, "{}"), 1), Said::Later(_)));
        assert!(matches!(read(answer(429, "{}"), 1), Said::Busy(_)));
        let whole =
            r#"{"error":{"type":"action_request_validation_exception","reason":"id is too long"},"status":400}"#;
        assert!(matches!(read(answer(400, whole), 2), Said::TooMuch(_)));
        assert!(matches!(read(answer(413, ""), 2), Said::TooMuch(_)));
    }
}
