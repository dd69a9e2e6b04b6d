//! Sending events: split where it is too much, compared where something is there already.

use std::ops::Range;

use events_core::{Bytes, Delivery, Event, EventId, Sequenced};
use serde::Deserialize;
use serde_json::{json, value::RawValue};

use crate::{
    bulk::{self, Lines, Said, Verdict, Written},
    document,
    handle::Server,
    layout::document_id,
    never_fits::{LARGE, never_fits},
    options::Refresh,
    request::{Request, RequestError},
};

/// What became of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It is there now.
    Stored,
    /// It was there before.
    AlreadyThere,
    /// Another one has its id: this.
    Taken(Bytes),
    /// Not now, and why.
    Retry(String),
    /// Never, and why.
    Rejected(String),
}

impl Outcome {
    /// As relays are told.
    pub(crate) fn of(self, id: EventId) -> Delivery {
        match self {
            Self::Stored => Delivery::Stored,
            Self::AlreadyThere => Delivery::AlreadyThere,
            Self::Taken(stored) => Delivery::Rejected { reason: conflict(id, &stored) },
            Self::Retry(reason) => Delivery::Retry { reason },
            Self::Rejected(reason) => Delivery::Rejected { reason },
        }
    }
}

/// What people are told of an event whose id another one has.
fn conflict(id: EventId, stored: &[u8]) -> String {
    let Ok(stored) = Event::from_document(stored) else { return format!("something else is stored under {id}") };
    match stored.failure {
        Some(failure) if stored.phase.closes() => {
            format!(
                "{id} is stored as `{}` already ({}): somebody else closed it first",
                stored.event_type, failure.reason
            )
        }
        _ => format!("another event is stored under {id}, `{}`", stored.event_type),
    }
}

/// Sends events; answers for each, in order.
pub(crate) async fn send(server: &Server, batch: &[Sequenced]) -> Vec<Outcome> {
    send_written(server, batch, &bulk::write(batch, &server.layout, &server.types())).await
}

/// Sends events that are written already; answers for each, in order.
pub(crate) async fn send_written(server: &Server, batch: &[Sequenced], written: &Written) -> Vec<Outcome> {
    let Written { lines, sent, refused } = written;
    let mut outcomes: Vec<Option<Outcome>> = vec![None; batch.len()];
    for (place, why) in refused {
        outcomes[*place] = Some(Outcome::Rejected(why.clone()));
    }
    let (mut taken, mut busy) = (Vec::new(), Vec::new());
    // The first to be sent stands last.
    let all = 0..sent.len();
    let mut waiting = vec![all];
    while let Some(left) = waiting.pop() {
        if left.is_empty() {
            continue;
        }
        let request = lines.first(&left, server.at_once.bytes());
        waiting.push(request.end..left.end);
        let bytes = lines.body(&request).len();
        let answer = server.client.send(&bulk_request(server, lines, &request)).await;
        let said = bulk::read(answer, request.len());
        server.at_once.learn(bytes, &said);
        match said {
            Said::Each(verdicts) => {
                for (line, verdict) in request.zip(verdicts) {
                    match verdict {
                        Verdict::Known(outcome) => outcomes[sent[line].place] = Some(outcome),
                        Verdict::Taken => taken.push(sent[line].place),
                        Verdict::Busy(reason) => busy.push((line, reason)),
                    }
                }
            }
            Said::TooMuch(reason) if request.len() == 1 => {
                outcomes[sent[request.start].place] = Some(Outcome::Rejected(reason))
            }
            Said::TooMuch(_) => {
                let middle = request.start + request.len() / 2;
                waiting.extend([middle..request.end, request.start..middle]);
            }
            Said::Busy(reason) => busy.extend(request.map(|line| (line, reason.clone()))),
            Said::Later(reason) => {
                // What could not be sent is not sent in parts either.
                for line in waiting.drain(..).chain([request]).flatten() {
                    outcomes[sent[line].place] = Some(Outcome::Retry(reason.clone()));
                }
            }
        }
    }
    for (line, reason) in busy {
        let bytes = lines.bytes(line);
        let never = if bytes > LARGE { never_fits(server, bytes).await } else { None };
        outcomes[sent[line].place] = Some(never.map_or(Outcome::Retry(reason), Outcome::Rejected));
    }
    if !taken.is_empty() {
        match compare(server, batch, &taken).await {
            Ok(compared) => taken.iter().zip(compared).for_each(|(place, outcome)| outcomes[*place] = Some(outcome)),
            Err(error) => taken.iter().for_each(|place| outcomes[*place] = Some(Outcome::Retry(error.to_string()))),
        }
    }
    let unanswered = || Outcome::Retry("it was not answered for".to_owned());
    outcomes.into_iter().map(|outcome| outcome.unwrap_or_else(unanswered)).collect()
}

fn bulk_request(server: &Server, lines: &Lines, events: &Range<usize>) -> Request {
    let refresh = match server.refresh {
        Refresh::Soon => "",
        Refresh::Wait => "&refresh=wait_for",
        Refresh::Now => "&refresh=true",
    };
    let path = format!("/_bulk?filter_path=items.*.status,items.*.error{refresh}");
    Request::post(path).bytes(lines.body(events)).once()
}

#[derive(Deserialize)]
struct Stored<'a> {
    #[serde(borrow)]
    docs: Vec<One<'a>>,
}

#[derive(Deserialize)]
struct One<'a> {
    #[serde(borrow, rename = "_source")]
    source: Option<&'a RawValue>,
}

/// So many stored events are fetched at once: a megabyte, mostly.
const AT_ONCE: usize = 500;

/// What is stored under the ids of events that the server has already: the same, or something else.
async fn compare(server: &Server, batch: &[Sequenced], places: &[usize]) -> Result<Vec<Outcome>, RequestError> {
    let mut compared = Vec::with_capacity(places.len());
    for some in places.chunks(AT_ONCE) {
        let named = some.iter().map(|place| {
            let id = batch[*place].id;
            json!({ "_index": server.layout.index_of(id), "_id": document_id(id) })
        });
        let body = json!({ "docs": named.collect::<Vec<_>>() });
        let answer = server.client.succeed(&Request::post("/_mget").json(&body)).await?;
        let Stored { docs } = answer.read()?;
        if docs.len() != some.len() {
            return Err(RequestError::Unreadable(format!("{} of {} documents were answered", docs.len(), some.len())));
        }
        compared.extend(docs.iter().zip(some).map(|(stored, place)| judge(stored, &batch[*place])));
    }
    Ok(compared)
}

fn judge(stored: &One<'_>, event: &Sequenced) -> Outcome {
    // It was deleted in between, or its index is in trouble.
    let Some(source) = stored.source else {
        return Outcome::Retry("it is there already, and cannot be read to be compared".to_owned());
    };
    match document::recorded(source.get().as_bytes()) {
        Some(there) if there == event.document => Outcome::AlreadyThere,
        Some(there) => Outcome::Taken(there),
        None => Outcome::Taken(Bytes::copy_from_slice(source.get().as_bytes())),
    }
}
