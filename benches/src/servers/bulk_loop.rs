//! What a program does that is tuned by hand for nothing but this: requests that were rendered beforehand,
//! sent on keep-alive connections, and of each answer only whether anything failed.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use events::{Batches, EventId, Journal, Seq};
use serde::Deserialize;
use serde_json::{json, value::RawValue};
use tokio::task::JoinSet;

use crate::{
    Result,
    connection::{Connection, json_request},
    servers::cluster::Indices,
};

const OK: u16 = 200;
/// The server has too much to do, and has done nothing of the request.
const TOO_MANY: u16 = 429;
const PAUSE: Duration = Duration::from_millis(20);

/// Requests with the same documents, in the same order and batches as a relay sent them.
#[derive(Debug)]
pub(crate) struct BulkLoop {
    host: String,
    requests: Vec<Vec<u8>>,
    in_flight: usize,
    pub(crate) events: usize,
}

#[derive(Deserialize)]
struct Found {
    hits: Hits,
}

#[derive(Deserialize)]
struct Hits {
    hits: Vec<Hit>,
}

#[derive(Deserialize)]
struct Hit {
    #[serde(rename = "_index")]
    index: String,
    #[serde(rename = "_id")]
    id: String,
    #[serde(rename = "_source")]
    source: Box<RawValue>,
}

impl BulkLoop {
    /// Of what a relay delivered from a journal to some indices, for others.
    pub(crate) async fn of(
        journal: &dyn Journal,
        from: &Indices<'_>,
        to: &Indices<'_>,
        batches: Batches,
    ) -> Result<Self> {
        from.ask("POST", "_refresh", None).await?;
        let host = from.cluster.host().to_owned();
        let mut all = Self { host, requests: Vec::new(), in_flight: batches.in_flight, events: 0 };
        let mut next = Seq(1);
        loop {
            let batch = journal.read(next, batches.events, batches.bytes)?;
            let Some(last) = batch.last() else { return Ok(all) };
            next = last.seq.next();
            let ids: Vec<EventId> = batch.iter().map(|event| event.id).collect();
            let body = body(&ids, from, to).await?;
            all.requests.push(json_request(&all.host, "POST", "/_bulk?filter_path=errors,items.*.error", &body));
            all.events += ids.len();
        }
    }

    /// Sends everything; how long it took.
    ///
    /// # Errors
    /// Something was not stored.
    pub(crate) async fn run(self: &Arc<Self>) -> Result<Duration> {
        let next = Arc::new(AtomicUsize::new(0));
        let begun = Instant::now();
        let mut connections = JoinSet::new();
        for _ in 0..self.in_flight {
            let (all, next) = (self.clone(), next.clone());
            connections.spawn(async move {
                let mut connection = Connection::open(&all.host).await?;
                while let Some(request) = all.requests.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let (mut status, mut answer) = connection.ask_for_any(request).await?;
                    while status == TOO_MANY {
                        tokio::time::sleep(PAUSE).await;
                        (status, answer) = connection.ask_for_any(request).await?;
                    }
                    if status != OK || answer != br#"{"errors":false}"# {
                        return Err(format!("a bulk failed: {}", String::from_utf8_lossy(&answer)).into());
                    }
                }
                Result::Ok(())
            });
        }
        while let Some(ended) = connections.join_next().await {
            ended??;
        }
        Ok(begun.elapsed())
    }
}

/// Some events as they were sent to one place, for another.
async fn body(ids: &[EventId], from: &Indices<'_>, to: &Indices<'_>) -> Result<Vec<u8>> {
    let names: Vec<String> = ids.iter().map(|id| id.to_string().split_off("event/".len())).collect();
    let query = json!({ "query": { "ids": { "values": names } }, "size": ids.len() });
    let path = format!("/{}/_search", from.prefix);
    let asked = json_request(from.cluster.host(), "POST", &path, query.to_string().as_bytes());
    let answer = Connection::open(from.cluster.host()).await?.ask(&asked).await?;
    let found: Found = serde_json::from_slice(&answer)?;
    let found: HashMap<&str, &Hit> = found.hits.hits.iter().map(|hit| (&*hit.id, hit)).collect();
    let mut body = Vec::new();
    for name in &names {
        let hit = found.get(&**name).ok_or_else(|| format!("event {name} is not where it was delivered to"))?;
        let index = hit.index.replacen(&from.prefix, &to.prefix, 1);
        body.extend_from_slice(format!("{{\"create\":{{\"_index\":\"{index}\",\"_id\":\"{name}\"}}}}\n").as_bytes());
        body.extend_from_slice(hit.source.get().as_bytes());
        body.push(b'\n');
    }
    Ok(body)
}
