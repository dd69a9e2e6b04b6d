//! Finding events.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
    time::Duration,
};

use events_core::{
    Aggregation, BoxFuture, Buckets, Bytes, Count, Cursor, EventId, Filter, Found, KeySource, Page, Partition, Query,
    Room, Search, SearchError, Timestamp, Viewer,
};
use serde::Deserialize;
use serde_json::{Value, json, value::RawValue};
use tokio::time::sleep;

use crate::{
    aggregate,
    client::PAUSES,
    document, filter,
    handle::{Elasticsearch, Server},
    in_order,
    layout::document_id,
    limit::TimeLimit,
    portion::Portion,
    request::{Answer, Request, RequestError},
};

impl Search for Elasticsearch {
    fn get<'s>(
        &'s self,
        id: EventId,
        viewer: &'s Viewer,
        within: Option<Duration>,
    ) -> BoxFuture<'s, Result<Option<Found>, SearchError>> {
        let (viewer, limit) = (viewer.clone(), self.limit(within));
        self.ask(move |server| async move { get(&server, id, &viewer, limit).await })
    }

    fn search<'s>(&'s self, query: &'s Query) -> BoxFuture<'s, Result<Page, SearchError>> {
        let (query, limit) = (query.clone(), self.limit(query.within));
        self.ask(move |server| async move { page(&server, &query, limit).await })
    }

    fn count<'s>(
        &'s self,
        filter: &'s Filter,
        viewer: &'s Viewer,
        within: Option<Duration>,
    ) -> BoxFuture<'s, Result<Count, SearchError>> {
        let (question, limit) = (filter::found_by(filter, viewer), self.limit(within));
        self.ask(move |server| async move { count(&server, question?.into_query()?, limit).await })
    }

    fn aggregate<'s>(&'s self, aggregation: &'s Aggregation) -> BoxFuture<'s, Result<Buckets, SearchError>> {
        let (aggregation, limit) = (aggregation.clone(), self.limit(aggregation.within));
        self.ask(move |server| async move { aggregate::buckets(&server, &aggregation, limit).await })
    }

    fn partitions(&self) -> BoxFuture<'_, Result<Vec<Partition>, SearchError>> {
        let limit = self.limit(None);
        self.ask(move |server| async move { partitions(&server, limit).await })
    }
}

impl Elasticsearch {
    /// From now on, also while a search waits for a thread of the handle.
    fn limit(&self, within: Option<Duration>) -> TimeLimit {
        TimeLimit::after(within.unwrap_or(self.server.search_limit))
    }

    /// Runs a question on the threads of the handle.
    fn ask<'s, T, F>(&'s self, question: impl FnOnce(Arc<Server>) -> F) -> BoxFuture<'s, Result<T, SearchError>>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, SearchError>> + Send + 'static,
    {
        let running = self.worker.run(question(self.server.clone()));
        Box::pin(async move {
            running.await.unwrap_or_else(|| Err(SearchError::unavailable("a search in Elasticsearch ended early")))
        })
    }
}

/// What an answer to a search has beside what was asked for.
#[derive(Debug, Deserialize)]
pub(crate) struct Outcome {
    /// Whether the server stopped looking because time was up.
    pub(crate) timed_out: bool,
    #[serde(rename = "_shards")]
    shards: Shards,
    /// What the point in time that was asked at is called from now on.
    pub(crate) pit_id: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Shards {
    total: u64,
    successful: u64,
}

impl Outcome {
    /// An answer from a part of the events is none: what it lacks would be taken for absent.
    fn complete(&self) -> Result<(), SearchError> {
        let Shards { total, successful } = self.shards;
        if successful >= total {
            return Ok(());
        }
        let missing = total - successful;
        Err(SearchError::unavailable(format!("{missing} of {total} shards of Elasticsearch did not answer")))
    }
}

/// Asks the months.
pub(crate) async fn ask(server: &Server, body: Value, limit: TimeLimit) -> Result<(Answer, Outcome), SearchError> {
    // Copies of an index refresh one after the other. The same question goes to the same copies, so that a
    // page does not miss what the page before it would have had; which process asks makes no difference.
    let mut hasher = DefaultHasher::new();
    body["query"].to_string().hash(&mut hasher);
    let target =
        format!("/{}/_search?ignore_unavailable=true&preference={:016x}", server.layout.alias(), hasher.finish());
    ask_at(server, &target, body, limit).await
}

pub(crate) async fn ask_at(
    server: &Server,
    target: &str,
    mut body: Value,
    limit: TimeLimit,
) -> Result<(Answer, Outcome), SearchError> {
    let mut pauses = PAUSES;
    loop {
        // However often it is asked, there is one limit.
        body["timeout"] = json!(format!("{}ms", limit.left().unwrap_or(TimeLimit::LEAST).as_millis()));
        let request = Request::post(target).json(&body).within(limit.patience());
        let answer = server.client.succeed(&request).await.map_err(unavailable)?;
        let outcome: Outcome = answer.read().map_err(unavailable)?;
        let Err(incomplete) = outcome.complete() else { return Ok((answer, outcome)) };
        // An index that was made just now answers in a moment.
        let pause = pauses.pause();
        if limit.left().is_none_or(|left| left < pause) {
            return Err(incomplete);
        }
        sleep(pause).await;
    }
}

pub(crate) fn unavailable(error: RequestError) -> SearchError {
    match &error {
        RequestError::Refused { status: 400, cause } => {
            SearchError::Unsupported(format!("Elasticsearch refuses it, {cause}"))
        }
        RequestError::Refused { status: 429, .. } => {
            tracing::warn!(%error, "a search was refused");
            SearchError::Busy("Elasticsearch has too much to do")
        }
        _ => SearchError::unavailable(error),
    }
}

/// The documents that a search found.
#[derive(Deserialize)]
pub(crate) struct Searched<'a> {
    #[serde(borrow)]
    hits: Hits<'a>,
}

#[derive(Deserialize)]
struct Hits<'a> {
    #[serde(borrow)]
    hits: Vec<Source<'a>>,
}

/// A document as the server keeps it.
#[derive(Deserialize)]
pub(crate) struct Source<'a> {
    #[serde(borrow, rename = "_source")]
    source: &'a RawValue,
}

impl<'a> Searched<'a> {
    pub(crate) fn documents(&self) -> &[Source<'a>] {
        &self.hits.hits
    }
}

impl Source<'_> {
    /// How many bytes came for it.
    pub(crate) fn bytes(&self) -> usize {
        self.source.get().len()
    }

    /// The event in it, as it was recorded.
    pub(crate) fn recorded(&self) -> Result<Bytes, SearchError> {
        let foreign = || SearchError::unavailable("a document in Elasticsearch was not made by events");
        document::recorded(self.source.get().as_bytes()).ok_or_else(foreign)
    }

    /// Where the event stands in the order, and the event; none of it where the viewer may not see it after all.
    pub(crate) fn event(&self, viewer: &Viewer) -> Result<(Cursor, Option<Found>), SearchError> {
        let document = self.recorded()?;
        let source = KeySource::read(&document)?;
        let cursor = Cursor { timestamp: source.timestamp(), id: source.id() };
        let visibility = source.acl()?.visibility(viewer);
        Ok((cursor, visibility.map(|visibility| Found::new(document.clone(), visibility))))
    }
}

/// Looked up by its id, an event is found as soon as it is stored.
pub(crate) async fn get(
    server: &Server,
    id: EventId,
    viewer: &Viewer,
    limit: TimeLimit,
) -> Result<Option<Found>, SearchError> {
    #[derive(Deserialize)]
    struct Got<'a> {
        found: bool,
        #[serde(borrow, rename = "_source")]
        source: Option<&'a RawValue>,
    }
    let path = format!("/{}/_doc/{}", server.layout.index_of(id), document_id(id));
    let request = Request::get(path).within(limit.patience());
    let answer = server.client.send(&request).await.and_then(|answer| answer.expect(404)).map_err(unavailable)?;
    if answer.status == 404 && answer.cause().kind == "index_not_found_exception" {
        return Ok(None);
    }
    let got: Got<'_> = answer.read().map_err(unavailable)?;
    let Some(source) = got.source.filter(|_| got.found) else { return Ok(None) };
    Source { source }.event(viewer).map(|(_, found)| found)
}

pub(crate) async fn page(server: &Arc<Server>, query: &Query, limit: TimeLimit) -> Result<Page, SearchError> {
    query.check()?;
    if !query.is_newest_first() {
        return in_order::page(server, query, limit).await;
    }
    let mut page = Page::default();
    if query.limit == 0 {
        return Ok(page);
    }
    let question = filter::found_by(&query.filter, &query.viewer)?.into_query()?;
    let (mut last, mut room, mut portion) = (query.after, Room::of(query.bytes), Portion::FIRST);
    loop {
        if limit.is_over() {
            page.cut = true;
            page.next = last;
            return Ok(page);
        }
        // One more than the page has: whether there is a next one.
        let size = (query.limit - page.events.len()).saturating_add(1).min(portion.of(room));
        let mut body = json!({
            "query": question,
            "sort": [{ "timestamp": "desc" }, { "id": "desc" }],
            "size": size,
            "track_total_hits": false,
        });
        match last {
            Some(Cursor { timestamp, id }) => body["search_after"] = json!([timestamp.millis(), id]),
            None if query.offset > 0 => {
                // The server reaches no further, and whether one more is there is asked next.
                body["size"] = json!(size.min(Query::REACH - query.offset));
                body["from"] = json!(query.offset);
            }
            None => {}
        }
        let asked_for = body["size"].as_u64().unwrap_or_default();
        let (answer, outcome) = ask(server, body, limit).await?;
        let searched: Searched<'_> = answer.read().map_err(unavailable)?;
        let hits = searched.documents();
        portion.learn(hits);
        for hit in hits {
            if page.events.len() == query.limit {
                page.next = last;
                return Ok(page);
            }
            let (cursor, found) = hit.event(&query.viewer)?;
            if found.as_ref().is_some_and(|found| !room.take(found.stored().len())) {
                (page.full, page.next) = (true, last);
                return Ok(page);
            }
            page.events.extend(found);
            last = Some(cursor);
        }
        if outcome.timed_out {
            // What it did not look at may be newer than what it found.
            page.cut = true;
            return Ok(page);
        }
        if (hits.len() as u64) < asked_for {
            return Ok(page);
        }
    }
}

pub(crate) async fn count(server: &Server, question: Value, limit: TimeLimit) -> Result<Count, SearchError> {
    #[derive(Deserialize)]
    struct Counted {
        hits: Total,
    }
    #[derive(Deserialize)]
    struct Total {
        total: Number,
    }
    #[derive(Deserialize)]
    struct Number {
        value: u64,
    }
    if limit.is_over() {
        return Ok(Count { cut: true, ..Count::default() });
    }
    let body = json!({ "query": question, "size": 0, "track_total_hits": true });
    let (answer, outcome) = ask(server, body, limit).await?;
    let counted: Counted = answer.read().map_err(unavailable)?;
    Ok(Count { events: counted.hits.total.value, cut: outcome.timed_out, ..Count::default() })
}

async fn partitions(server: &Server, limit: TimeLimit) -> Result<Vec<Partition>, SearchError> {
    #[derive(Deserialize)]
    struct Answered {
        aggregations: Option<Months>,
    }
    #[derive(Deserialize)]
    struct Months {
        months: Buckets,
    }
    #[derive(Deserialize)]
    struct Buckets {
        buckets: Vec<Bucket>,
    }
    #[derive(Deserialize)]
    struct Bucket {
        key: String,
        doc_count: u64,
        first: Bound,
        last: Bound,
    }
    #[derive(Deserialize)]
    struct Bound {
        value: f64,
    }
    let body = json!({
        "query": { "match_all": {} },
        "size": 0,
        "track_total_hits": false,
        "aggs": {
            "months": {
                "terms": { "field": "_index", "size": 10_000 },
                "aggs": { "first": { "min": { "field": "timestamp" } }, "last": { "max": { "field": "timestamp" } } },
            },
        },
    });
    let (answer, outcome) = ask(server, body, limit).await?;
    if outcome.timed_out {
        return Err(SearchError::unavailable("Elasticsearch did not count the months in time"));
    }
    let answered: Answered = answer.read().map_err(unavailable)?;
    let buckets = answered.aggregations.map(|months| months.months.buckets).unwrap_or_default();
    let mut partitions: Vec<Partition> = buckets
        .into_iter()
        .filter_map(|bucket| {
            // Milliseconds are exact in a floating-point number for longer than there are months.
            let at = |bound: &Bound| Timestamp::from_millis(bound.value as i64);
            let month = server.layout.month_of(&bucket.key)?;
            let (first, last) = (at(&bucket.first), at(&bucket.last));
            Some(Partition { month, events: bucket.doc_count, first, last })
        })
        .collect();
    partitions.sort_by_key(|partition| partition.month);
    Ok(partitions)
}
