//! Reading resources: nothing of it is recorded.

use std::fmt;

use axum::{
    Json,
    extract::{Query, Request, State},
    http::{HeaderValue, Uri, header::CONTENT_TYPE, uri::InvalidUri},
    response::{IntoResponse, Response},
};
use events::{Caller, Href, Right};
use serde_json::{Value, json};
use tokio::task::spawn_blocking;

use super::{
    App,
    database::{Order, Wanted},
    document::{Document, Kept, type_of},
    error::ApiError,
    extract::{self, Path, caller, user},
};

/// The furthest row that can be asked for.
const FURTHEST: u32 = 10_000;

pub(crate) async fn get<K: Kept>(State(app): State<App>, Path(id): Path<Href<K>>) -> Result<Json<Value>, ApiError> {
    let caller = caller();
    let document = app.database.get(id, Right::ViewData, caller.clone()).await?;
    Ok(Json(Value::Object(document.shown_to(&caller)?)))
}

/// The collection, newest first, or with `orderby=created:asc` oldest first. `first` and `last` count rows from 1; `state`, once
/// or several times, leaves out what is in another one.
pub(crate) async fn search<K: Kept>(State(app): State<App>, request: Request) -> Result<Response, ApiError> {
    let caller = user()?;
    let wanted = wanted(&parameters(request).await?)?;
    let (count, documents) = app.database.search::<K>(caller.clone(), wanted).await?;
    // It may be long.
    let write = move || collection(count, &documents, &caller).map(IntoResponse::into_response);
    spawn_blocking(write).await.map_err(ApiError::internal)?
}

/// Some resources of a type, and how many there are.
pub(crate) fn collection<K: Kept>(
    count: u64,
    documents: &[Document<K>],
    caller: &Caller,
) -> Result<Json<Value>, ApiError> {
    let shown: Result<Vec<_>, _> = documents.iter().map(|document| document.shown_to(caller)).collect();
    let id = type_of::<K>();
    Ok(Json(json!({
        "id": id,
        "resource-type": format!("{id}-collection"),
        "count": count,
        "acl": { "query": ["group/nuvla-user"], "add": ["group/nuvla-user"] },
        "operations": [{ "rel": "add", "href": id }],
        "resources": shown?,
    })))
}

/// Those of the query string and of a form in the body.
async fn parameters(request: Request) -> Result<Vec<(String, String)>, ApiError> {
    let uri = request.uri().clone();
    let content_type = request.headers().get(CONTENT_TYPE).map_or(b"".as_slice(), HeaderValue::as_bytes);
    let form = if content_type.starts_with(b"application/x-www-form-urlencoded") {
        let invalid = |error: &dyn fmt::Display| ApiError::BadRequest(format!("invalid form: {error}"));
        let body = extract::read(request, &()).await?;
        let body = std::str::from_utf8(&body).map_err(|error| invalid(&error))?;
        format!("/?{body}").parse().map_err(|error: InvalidUri| invalid(&error))?
    } else {
        Uri::default()
    };
    let mut parameters = Vec::new();
    for part in [&uri, &form] {
        let read = Query::<Vec<(String, String)>>::try_from_uri(part);
        let Query(read) = read.map_err(|rejection| ApiError::BadRequest(rejection.body_text()))?;
        parameters.extend(read);
    }
    Ok(parameters)
}

fn wanted(parameters: &[(String, String)]) -> Result<Wanted, ApiError> {
    if parameters.iter().any(|(name, _)| name == "filter") {
        return Err(ApiError::BadRequest("this collection takes no filter: leave `filter` out".to_owned()));
    }
    let given =
        |name: &'static str| parameters.iter().filter(move |(given, _)| given == name).map(|(_, value)| value.as_str());
    let number = |name| given(name).find_map(|value| value.parse::<i64>().ok());
    let states = given("state").map(str::to_owned).collect();
    let order =
        if given("orderby").any(|order| order == "created:asc") { Order::OldestFirst } else { Order::NewestFirst };
    let skip = number("first").unwrap_or(1).max(1) - 1;
    let last = number("last").unwrap_or(i64::from(FURTHEST)).max(0);
    let within = |row: i64| u32::try_from(row).ok().filter(|row| *row <= FURTHEST);
    match (within(skip), within(last)) {
        (Some(skip), Some(last)) => Ok(Wanted { states, order, skip, limit: last.saturating_sub(skip) }),
        _ => Err(ApiError::BadRequest(
            "First and last must be less than or equal to 10'000. Use filter to limit the number of returned resources."
                .to_owned(),
        )),
    }
}
