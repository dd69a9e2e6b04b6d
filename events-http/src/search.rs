//! Searching: the collection, its parameters and what it answers.

use std::time::{Duration, Instant};

use axum::extract::{Request, State};
use events_core::{
    Clock, Count, EventManager, Figure, Filter, FilterExpression, Measurement, Order, Page, Query, SystemClock, Viewer,
};
use serde_json::{Map, Value};

use crate::{
    api::Api,
    collection::{Collection, CollectionAcl, Operation},
    error::ApiError,
    parameters::Parameters,
    select::Select,
    shown::shown,
};

/// `GET event` and `PUT event`.
pub(crate) async fn search(State(api): State<Api>, request: Request) -> Result<Collection, ApiError> {
    let viewer = Viewer::from(&api.searcher()?);
    let (parts, body) = request.into_parts();
    let parameters = Parameters::of_request(&parts.uri, &parts.headers, body, api.0.body_limit).await?;
    let select = Select::of(parameters.all("select"));
    let query = query(&parameters, viewer)?;

    let asked = Asked::now(api.manager());
    let count = asked.count(&query).await?;
    let page = if query.limit == 0 { None } else { Some(asked.page(query.clone()).await?) };
    let aggregations = aggregations(&asked, &parameters, &query).await?;
    let found = page.map(|page| page.events).unwrap_or_default();
    // Each goes when it is shown.
    let resources: Result<_, ApiError> = found.into_iter().map(|found| shown(&found, &select, &[])).collect();
    let may_add = api.poster().is_ok();
    Ok(Collection {
        count: count.events,
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
    asked: &Asked<'_>,
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
        figures.insert(key, asked.figure(query, figure).await?);
    }
    Ok(Some(figures))
}

/// Everything that one request asks of the store: all of it has one limit together.
struct Asked<'m> {
    manager: &'m EventManager,
    limit: Duration,
    at: Instant,
}

impl<'m> Asked<'m> {
    fn now(manager: &'m EventManager) -> Self {
        Self { manager, limit: manager.limits().search, at: Instant::now() }
    }

    /// What is left of the limit: nothing, where it is so little that another search would be a matter of luck.
    fn left(&self) -> Duration {
        let left = self.limit.saturating_sub(self.at.elapsed());
        if left < self.limit / 50 { Duration::ZERO } else { left }
    }

    async fn count(&self, query: &Query) -> Result<Count, ApiError> {
        let count = self.manager.count_within(&query.filter, &query.viewer, self.left()).await?;
        self.whole(count.cut).map(|()| count)
    }

    async fn page(&self, query: Query) -> Result<Page, ApiError> {
        let offset = query.offset;
        let page = self.manager.search(&Query { within: Some(self.left()), ..query }).await?;
        if page.full && page.events.is_empty() {
            let message = "`orderby`: so many events before `first` have more text to compare than is kept: begin earlier, \
                           or order by something shorter";
            return Err(ApiError::BadRequest(message.to_owned()));
        }
        if page.full {
            let last = offset + page.events.len();
            let most = self.manager.limits().answer_bytes;
            return Err(ApiError::BadRequest(format!(
                "the events are larger than the {most} bytes that one answer carries: ask for fewer, here up to `last={last}`"
            )));
        }
        self.whole(page.cut).map(|()| page)
    }

    async fn figure(&self, query: &Query, figure: Figure) -> Result<Value, ApiError> {
        let (filter, viewer) = (query.filter.clone(), query.viewer.clone());
        let measurement = Measurement { filter, viewer, figure, within: Some(self.left()) };
        let measured = self.manager.measure(&measurement).await?;
        if measured.full {
            return Err(ApiError::BadRequest(format!(
                "`aggregation`: there are more different values of `{}` than are kept to count them: add a condition",
                measurement.figure.of
            )));
        }
        self.whole(measured.cut).map(|()| measured.value)
    }

    /// A part of the answer would be taken for all of it.
    fn whole(&self, cut: bool) -> Result<(), ApiError> {
        if !cut {
            return Ok(());
        }
        Err(ApiError::BadRequest(format!(
            "the search did not end within {:?}: add a condition that an index serves, such as `event-type='…'`, \
             `resource/href='…'` or a range of `timestamp`",
            self.limit
        )))
    }
}

/// Figures that one request may ask for.
const MOST_FIGURES: usize = 20;

/// Attributes that one request may order by.
const MOST_ORDERS: usize = 20;
