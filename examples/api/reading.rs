//! Reading resources: nothing of it is recorded.

use std::fmt;

use axum::{
    Json,
    extract::{Query, Request, State},
    http::{HeaderValue, Uri, header::CONTENT_TYPE, uri::InvalidUri},
};
use events::{Caller, Href, Right};
use serde_json::{Value, json};

use super::{
    App,
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

/// The collection, newest first. `first` and `last` count rows from 1.
pub(crate) async fn search<K: Kept>(State(app): State<App>, request: Request) -> Result<Json<Value>, ApiError> {
    let caller = user()?;
    let (skip, limit) = rows(&parameters(request).await?)?;
    let (count, documents) = app.database.search::<K>(caller.clone(), skip, limit).await?;
    collection(count, &documents, &caller)
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

/// How many rows to skip and how many to give.
fn rows(parameters: &[(String, String)]) -> Result<(u32, u32), ApiError> {
    if parameters.iter().any(|(name, _)| name == "filter") {
        return Err(ApiError::BadRequest("this collection takes no filter: leave `filter` out".to_owned()));
    }
    let number = |name: &str| {
        let mut given = parameters.iter().filter(|(given, _)| given == name);
        given.find_map(|(_, value)| value.parse::<i64>().ok())
    };
    let skip = number("first").unwrap_or(1).max(1) - 1;
    let last = number("last").unwrap_or(i64::from(FURTHEST)).max(0);
    let within = |row: i64| u32::try_from(row).ok().filter(|row| *row <= FURTHEST);
    match (within(skip), within(last)) {
        (Some(skip), Some(last)) => Ok((skip, last.saturating_sub(skip))),
        _ => Err(ApiError::BadRequest(
            "First and last must be less than or equal to 10'000. Use filter to limit the number of returned resources."
                .to_owned(),
        )),
    }
}
