//! Pages in another order than that of time.

use events_core::{Direction, Field, FieldKind, First, Found, Keys, Order, Page, Query, Rank, SearchError, Visibility};
use serde_json::{Value, json};

use crate::{
    filter::{self, Place},
    handle::Server,
    search::{self, Searched, TimeLimit, ask, unavailable},
};

pub(crate) async fn page(server: &Server, query: &Query) -> Result<Page, SearchError> {
    if query.limit == 0 {
        return Ok(Page::default());
    }
    let limit = TimeLimit::after(query.within.unwrap_or(server.search_limit));
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
    // Every page shows in which order things happened.
    let may_be_hidden = |field: &&Field| field.path() != "timestamp";
    let least = query.order.iter().map(|order| &order.by).filter(may_be_hidden).map(Field::visible_from).max();
    let least = least.unwrap_or(Visibility::Meta);
    if query.viewer.is_admin() || least == Visibility::Meta {
        return Ok(false);
    }
    let hidden = filter::seen_below(least, &query.filter, &query.viewer)?.into_query();
    Ok(search::count(server, hidden, limit.left()).await?.events > 0)
}

async fn sorted(server: &Server, query: &Query, sort: Vec<Value>, limit: TimeLimit) -> Result<Page, SearchError> {
    let cut = Page { cut: true, ..Page::default() };
    let Some(left) = limit.left() else { return Ok(cut) };
    let body = json!({
        "query": filter::found_by(&query.filter, &query.viewer)?.into_query(),
        "sort": sort,
        "from": query.offset,
        "size": query.limit,
        "track_total_hits": false,
    });
    let (answer, outcome) = ask(server, &body, left).await?;
    let searched: Searched<'_> = answer.read().map_err(unavailable)?;
    let mut page = Page { cut: outcome.timed_out, ..Page::default() };
    for hit in searched.documents() {
        page.events.extend(hit.event(&query.viewer)?.1);
    }
    Ok(page)
}

/// So many events are looked at with one request.
const AT_ONCE: usize = 1_000;

/// Every event that is found is looked at here.
async fn ranked(server: &Server, query: &Query, limit: TimeLimit) -> Result<Page, SearchError> {
    let mut first: First<Found> = First::of(query.offset + query.limit);
    let mut next = Query { order: Vec::new(), offset: 0, limit: AT_ONCE, ..query.clone() };
    let cut = loop {
        let Some(left) = limit.left() else { break true };
        next.within = Some(left);
        let page = Box::pin(search::page(server, &next)).await?;
        for found in page.events {
            let document = found.stored().clone();
            let rank = Rank::of(&query.order, &document, &Keys::of(&document)?, found.visibility());
            first.add(rank, found);
        }
        if page.cut {
            break true;
        }
        next.after = page.next;
        if next.after.is_none() {
            break false;
        }
    };
    Ok(Page { events: first.behind(query.offset), cut, ..Page::default() })
}
