//! One event, and what hangs together with it.

use axum::{
    Json,
    extract::State,
    http::Uri,
    response::{IntoResponse, Response},
};
use events_core::{Event, EventId, Found, InvalidEvent, Phase, Related, Viewer};

use crate::{
    api::{Api, caller},
    collection::{Collection, Operation},
    error::ApiError,
    parameters::Parameters,
    select::Select,
    shown::shown,
    store::Store,
};

/// `GET event/<uuid>`.
pub(crate) async fn get(State(api): State<Api>, uri: Uri) -> Result<Response, ApiError> {
    let store = Store::within_limit(api.manager());
    let found = api.event(&store, &uri).await?;
    let select = Select::of(Parameters::of_query(&uri).all("select"));
    let operations = operations(&store, &found).await?;
    Ok(Json(shown(&found, &select, &operations)?).into_response())
}

/// What may be done with an event: an administrator, who sees everything, may close an operation that waits for its job.
async fn operations(store: &Store<'_>, found: &Found) -> Result<Vec<Operation>, ApiError> {
    if !caller().is_admin() {
        return Ok(Vec::new());
    }
    let Event { id, phase, deadline, .. } = read(found)?;
    if phase != Phase::Requested || deadline.is_none() || !may_be_closed(store, id).await {
        return Ok(Vec::new());
    }
    Ok(["complete", "fail"].map(|rel| Operation { rel, href: format!("{id}/{rel}") }).into())
}

/// Where nobody knows, nothing is offered: the event is there all the same.
async fn may_be_closed(store: &Store<'_>, opening: EventId) -> bool {
    match store.is_there(opening.closing(), &viewer()).await {
        Ok(is_closed) => !is_closed,
        Err(error) => {
            tracing::debug!(%error, %opening, "whether an operation is closed cannot be looked up: none is offered");
            false
        }
    }
}

/// `GET event/<uuid>/tree`: everything that followed from the same root, oldest first.
pub(crate) async fn tree(State(api): State<Api>, uri: Uri) -> Result<Collection, ApiError> {
    let store = Store::within_limit(api.manager());
    let found = api.event_with_data(&store, &uri).await?;
    let event = read(&found)?;
    let viewer = viewer();
    let mut related = store.tree(event.root.unwrap_or(event.id), &viewer).await?;
    if related.events.is_empty() {
        // A direct event on its own has no root.
        related.events.push(found);
    }
    collection(format!("{}/tree", event.id), &uri, related)
}

/// `GET event/<uuid>/children`: the events directly under it, oldest first.
pub(crate) async fn children(State(api): State<Api>, uri: Uri) -> Result<Collection, ApiError> {
    let store = Store::within_limit(api.manager());
    let found = api.event(&store, &uri).await?;
    let event = read(&found)?;
    let related = store.children(event.id, &viewer()).await?;
    collection(format!("{}/children", event.id), &uri, related)
}

fn collection(id: String, uri: &Uri, related: Related) -> Result<Collection, ApiError> {
    let Related { events, cut, unreadable } = related;
    let select = Select::of(Parameters::of_query(uri).all("select"));
    // Each goes when it is shown.
    let resources: Result<Vec<_>, ApiError> = events.into_iter().map(|found| shown(&found, &select, &[])).collect();
    let resources = resources?;
    Ok(Collection { count: resources.len() as u64, id, resources, cut, unreadable, ..Collection::default() })
}

fn read(found: &Found) -> Result<Event, ApiError> {
    found.event().map_err(|error: InvalidEvent| ApiError::Unavailable(error.to_string()))
}

fn viewer() -> Viewer {
    Viewer::from(&caller())
}
