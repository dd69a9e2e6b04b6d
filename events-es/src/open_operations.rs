//! Operations that are open on the server: openings without a closing.

use std::ops::Bound;

use events_core::{Bytes, EventId, SearchError};
use serde::Deserialize;
use serde_json::json;

use crate::{
    clause::Clause,
    handle::Server,
    layout::document_id,
    limit::TimeLimit,
    request::Request,
    search::{Searched, ask, unavailable},
};

/// So many openings are looked at together.
const AT_ONCE: usize = 500;

/// Goes through the openings of some processes, oldest first.
#[derive(Debug)]
pub(crate) struct OpenOperations {
    query: serde_json::Value,
    after: Option<EventId>,
    done: bool,
}

#[derive(Deserialize)]
struct OwnId {
    id: EventId,
}

impl OpenOperations {
    /// Of these processes, with an opening that is `from` or newer. What they delivered just before they were
    /// gone is made visible to searches first.
    pub(crate) async fn of(server: &Server, processes: &[String], from: EventId) -> Result<Self, SearchError> {
        let path = format!("/{}/_refresh?ignore_unavailable=true", server.layout.alias());
        let answer = server.client.send(&Request::post(path)).await.and_then(|answer| answer.expect(404));
        answer.map_err(unavailable)?;
        let of_process = Clause::any_term("process", processes.iter().map(String::as_str));
        let recent = Clause::range("id", Bound::Included(json!(from)), Bound::Unbounded);
        let query = Clause::all([Clause::term("phase", "requested"), of_process, recent]).into_query()?;
        Ok(Self { query, after: None, done: false })
    }

    /// Some of them, with their openings; none when all were answered.
    pub(crate) async fn next(&mut self, server: &Server) -> Result<Option<Vec<(EventId, Bytes)>>, SearchError> {
        if self.done {
            return Ok(None);
        }
        let mut body = json!({
            "query": self.query,
            "sort": [{ "id": "asc" }],
            "size": AT_ONCE,
            "track_total_hits": false,
        });
        if let Some(after) = self.after {
            body["search_after"] = json!([after]);
        }
        let (answer, outcome) = ask(server, body, TimeLimit::after(server.search_limit)).await?;
        if outcome.timed_out {
            return Err(SearchError::unavailable("Elasticsearch did not find the open operations in time"));
        }
        let searched: Searched<'_> = answer.read().map_err(unavailable)?;
        let hits = searched.documents();
        self.done = hits.len() < AT_ONCE;
        let mut openings = Vec::with_capacity(hits.len());
        for hit in hits {
            let document = hit.recorded()?;
            let OwnId { id } = serde_json::from_slice(&document).map_err(events_core::InvalidEvent::from)?;
            openings.push((id, document));
        }
        self.after = openings.last().map(|(id, _)| *id);
        let closed = closings_there(server, openings.iter().map(|(id, _)| *id)).await?;
        let open = openings.into_iter().zip(closed).filter(|(_, closed)| !closed).map(|(opening, _)| opening);
        Ok(Some(open.collect()))
    }
}

/// Which of these operations have a closing, whether searches see it or not.
async fn closings_there(
    server: &Server,
    openings: impl ExactSizeIterator<Item = EventId>,
) -> Result<Vec<bool>, SearchError> {
    #[derive(Deserialize)]
    struct Answered {
        docs: Vec<One>,
    }
    #[derive(Deserialize)]
    struct One {
        found: Option<bool>,
    }
    let asked = openings.len();
    if asked == 0 {
        return Ok(Vec::new());
    }
    let named = openings
        .map(|id| json!({ "_index": server.layout.index_of(id), "_id": document_id(id.closing()), "_source": false }));
    let body = json!({ "docs": named.collect::<Vec<_>>() });
    let answer = server.client.succeed(&Request::post("/_mget").json(&body)).await.map_err(unavailable)?;
    let Answered { docs } = answer.read().map_err(unavailable)?;
    let found: Option<Vec<bool>> = docs.iter().map(|one| one.found).collect();
    // Not to be able to say is not to say no.
    let unsaid = || SearchError::unavailable("Elasticsearch could not say which operations are closed");
    found.filter(|found| found.len() == asked).ok_or_else(unsaid)
}
