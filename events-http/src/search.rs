//! Searching: the collection, its parameters and what it answers.

use axum::extract::{Request, State};
use events_core::{Clock, Figure, Filter, FilterExpression, Order, Query, SystemClock, Viewer};
use serde_json::{Map, Value};

use crate::{
    api::Api,
    collection::{Collection, CollectionAcl, Operation},
    error::ApiError,
    parameters::Parameters,
    select::Select,
    shown::shown,
    store::Store,
};

/// `GET event` and `PUT event`.
pub(crate) async fn search(State(api): State<Api>, request: Request) -> Result<Collection, ApiError> {
    let viewer = Viewer::from(&api.searcher()?);
    let (parts, body) = request.into_parts();
    let parameters = Parameters::of_request(&parts.uri, &parts.headers, body, api.0.body_limit).await?;
    let select = Select::of(parameters.all("select"));
    let query = query(&parameters, viewer)?;

    let store = Store::within_limit(api.manager());
    let count = store.count(&query).await?;
    let page = if query.limit == 0 { None } else { Some(store.page(query.clone()).await?) };
    let aggregations = aggregations(&store, &parameters, &query).await?;
    let found = page.map(|page| page.events).unwrap_or_default();
    // It was counted before: what was stored since may be shown.
    let shown_up_to = if found.is_empty() { 0 } else { query.offset + found.len() };
    // Each goes when it is shown.
    let resources: Result<_, ApiError> = found.into_iter().map(|found| shown(&found, &select, &[])).collect();
    let may_add = api.poster().is_ok();
    Ok(Collection {
        count: count.events.max(shown_up_to as u64),
        acl: Some(CollectionAcl { query: api.0.searched_by.clone(), add: api.0.added_by.clone() }),
        resources: resources?,
        operations: may_add.then(|| Operation { rel: "add", href: "event".to_owned() }).into_iter().collect(),
        aggregations,
        unreadable: count.unreadable,
        ..Collection::default()
    })
}

/// What a request asks for.
fn query(parameters: &Parameters, viewer: Viewer) -> Result<Query, ApiError> {
    let mut query = Query { filter: filter(parameters)?, ..Query::new(viewer) };
    let orders = parameters.all("orderby").flat_map(|list| list.split(',')).map(str::trim);
    query.order = orders.filter(|order| !order.is_empty()).map(Order::from).collect();
    if query.order.len() > MOST_ORDERS {
        return Err(ApiError::BadRequest(format!("`orderby`: order by {MOST_ORDERS} attributes at most")));
    }
    (query.offset, query.limit) = rows(parameters)?;
    query.check()?;
    Ok(query)
}

/// The filters of a request, which all have to hold.
pub(crate) fn filter(parameters: &Parameters) -> Result<Filter, ApiError> {
    let mut given = parameters.all("filter").peekable();
    if given.peek().is_none() {
        return Ok(Filter::everything());
    }
    let read = FilterExpression::all_of(given).and_then(|filter| filter.filter(SystemClock.now()));
    read.map_err(|invalid| ApiError::BadRequest(invalid.to_string()))
}

/// How many rows to leave out, and how many to show. Rows count from 1, both ends are shown; what is no number is not
/// looked at.
fn rows(parameters: &Parameters) -> Result<(usize, usize), ApiError> {
    let number = |name| parameters.all(name).find_map(|value| value.trim().parse::<i64>().ok());
    let row = |number: i64| usize::try_from(number).unwrap_or(0);
    let offset = row(number("first").unwrap_or(1).max(1)) - 1;
    let limit = match number("last") {
        Some(last) => row(last).saturating_sub(offset),
        None => Query::REACH.saturating_sub(offset),
    };
    if offset.saturating_add(limit) > Query::REACH {
        let message = "First and last must be less than or equal to 10'000. Use filter to limit the number of returned resources.";
        return Err(ApiError::BadRequest(message.to_owned()));
    }
    Ok((offset, limit))
}

/// The figures that are asked for; what is none is not looked at.
async fn aggregations(
    store: &Store<'_>,
    parameters: &Parameters,
    query: &Query,
) -> Result<Option<Map<String, Value>>, ApiError> {
    let named = parameters.all("aggregation").flat_map(|list| list.split(',')).map(str::trim);
    let named: Vec<&str> = named.filter(|named| !named.is_empty()).collect();
    if named.is_empty() {
        return Ok(None);
    }
    if named.len() > MOST_FIGURES {
        return Err(ApiError::BadRequest(format!("`aggregation`: ask for {MOST_FIGURES} figures at most at once")));
    }
    let mut figures = Map::new();
    for named in named {
        let Ok(figure) = named.parse::<Figure>() else { continue };
        // As the client wrote it: an older path stays one.
        let attribute = named.split_once(':').map_or("", |(_, attribute)| attribute);
        let key = format!("{}:{attribute}", figure.metric.name());
        figures.insert(key, store.figure(query, figure).await?);
    }
    Ok(Some(figures))
}

/// Figures that one request may ask for.
const MOST_FIGURES: usize = 20;

/// Attributes that one request may order by.
const MOST_ORDERS: usize = 20;
