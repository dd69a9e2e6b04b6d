//! Pages in another order than that of time.

use std::sync::Arc;

use events_core::{
    Direction, EventId, FieldKind, First, Keys, Order, Page, Query, Rank, Room, SearchError, Visibility,
};
use serde_json::{Value, json};

use crate::{
    filter::{self, Place},
    handle::Server,
    limit::TimeLimit,
    point_in_time::PointInTime,
    portion::Portion,
    search::{self, Searched, ask, unavailable},
};

pub(crate) async fn page(server: &Arc<Server>, query: &Query, limit: TimeLimit) -> Result<Page, SearchError> {
    if query.limit == 0 {
        return Ok(Page::default());
    }
    match sort(&query.order)? {
        Some(sort) if !is_hidden(server, query, limit).await? => sorted(server, query, sort, limit).await,
        _ => ranked(server, query, limit).await,
    }
}

/// How the server sorts; none where it cannot: details share a field, and are numbers or texts as they come.
fn sort(orders: &[Order]) -> Result<Option<Vec<Value>>, SearchError> {
    let direction = |direction: Direction| match direction {
        Direction::Ascending => "asc",
        Direction::Descending => "desc",
    };
    let mut sort = Vec::with_capacity(orders.len() + 1);
    for Order { by, direction: way } in orders {
        let field = match Place::of(by)? {
            Place::Own(field) => field,
            Place::Success => filter::SUCCESS.to_owned(),
            Place::Pairs(_) => return Ok(None),
            Place::Nowhere => continue,
        };
        let of = match by.kind() {
            FieldKind::Integer => "long",
            FieldKind::Instant => "date",
            FieldKind::Boolean => "boolean",
            _ => "keyword",
        };
        sort.push(json!({ field: { "order": direction(*way), "missing": "_last", "unmapped_type": of } }));
    }
    let last = orders.last().map_or(Direction::Descending, |order| order.direction);
    sort.push(json!({ "id": direction(last) }));
    Ok(Some(sort))
}

/// Whether of an event that is found an attribute is hidden by which the server would sort it.
async fn is_hidden(server: &Server, query: &Query, limit: TimeLimit) -> Result<bool, SearchError> {
    let least = query.order.iter().map(|order| order.by.visible_from()).max().unwrap_or(Visibility::Meta);
    if query.viewer.is_admin() || least == Visibility::Meta {
        return Ok(false);
    }
    let hidden = filter::seen_below(least, &query.filter, &query.viewer)?.into_query()?;
    let hidden = search::count(server, hidden, limit).await?;
    // What was not looked at may be.
    Ok(hidden.cut || hidden.events > 0)
}

async fn sorted(server: &Arc<Server>, query: &Query, sort: Vec<Value>, limit: TimeLimit) -> Result<Page, SearchError> {
    let body = json!({
        "query": filter::found_by(&query.filter, &query.viewer)?.into_query()?,
        "sort": sort,
        "track_total_hits": false,
    });
    let rows = Rows { query, body, limit };
    if query.limit <= Portion::FIRST.of(Room::of(query.bytes)) {
        return rows.of(server, None).await;
    }
    // What is stored in between would move the rows.
    let moment = PointInTime::open(server, limit).await?;
    rows.of(server, Some(moment)).await
}

/// A page by the numbers of its rows.
struct Rows<'q> {
    query: &'q Query,
    body: Value,
    limit: TimeLimit,
}

impl Rows<'_> {
    async fn of(&self, server: &Server, mut moment: Option<PointInTime>) -> Result<Page, SearchError> {
        let Query { offset, limit: rows, viewer, .. } = self.query;
        let (mut page, mut room, mut portion) = (Page::default(), Room::of(self.query.bytes), Portion::FIRST);
        let mut looked_at = 0;
        while looked_at < *rows {
            if self.limit.is_over() {
                page.cut = true;
                break;
            }
            let size = (rows - looked_at).min(portion.of(room));
            let mut body = self.body.clone();
            (body["from"], body["size"]) = (json!(offset + looked_at), json!(size));
            let (answer, outcome) = match &mut moment {
                Some(moment) => moment.ask(body, self.limit).await?,
                None => ask(server, body, self.limit).await?,
            };
            let searched: Searched<'_> = answer.read().map_err(unavailable)?;
            let hits = searched.documents();
            portion.learn(hits);
            for hit in hits {
                let found = hit.event(viewer)?.1;
                if found.as_ref().is_some_and(|found| !room.take(found.stored().len())) {
                    page.full = true;
                    return Ok(page);
                }
                page.events.extend(found);
            }
            looked_at += hits.len();
            page.cut = outcome.timed_out;
            if page.cut || hits.len() < size {
                break;
            }
        }
        Ok(page)
    }
}

/// So many events are looked at with one search.
const AT_ONCE: usize = 1_000;

/// Every event that is found is looked at here.
async fn ranked(server: &Arc<Server>, query: &Query, limit: TimeLimit) -> Result<Page, SearchError> {
    let mut first: First<EventId> = First::of(query.offset + query.limit, query.bytes);
    let mut next = Query { order: Vec::new(), offset: 0, limit: AT_ONCE, ..query.clone() };
    let mut page = Page::default();
    while !page.cut {
        let looked_at = Box::pin(search::page(server, &next, limit)).await?;
        for found in looked_at.events {
            let document = found.stored().clone();
            let keys = Keys::of(&document)?;
            first.add(Rank::of(&query.order, &document, &keys, found.visibility()), keys.id, found);
        }
        page.cut = looked_at.cut;
        next.after = looked_at.next;
        if next.after.is_none() {
            break;
        }
    }
    let mut room = Room::of(query.bytes);
    page.full = first.is_short();
    for (id, found) in first.behind(query.offset) {
        let found = match found {
            // One by one, and each may be kept waiting.
            None if limit.is_over() => {
                page.cut = true;
                break;
            }
            None => search::get(server, id, &query.viewer, limit).await?,
            found => found,
        };
        if found.as_ref().is_some_and(|found| !room.take(found.stored().len())) {
            page.full = true;
            break;
        }
        page.events.extend(found);
    }
    Ok(page)
}
