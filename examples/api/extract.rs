//! What handlers take from a request. Mistakes are answered in the words of the interface.

use std::str::FromStr;

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, RawPathParams, Request},
    http::request::Parts,
};
use events::{Caller, Context};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::error::ApiError;

/// The `{id}` of the path.
pub(crate) struct Path<T>(pub(crate) T);

impl<S: Send + Sync, T: FromStr> FromRequestParts<S> for Path<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let resource = parts.uri.path().split('/').skip(2).take(2).collect::<Vec<_>>().join("/");
        let given = RawPathParams::from_request_parts(parts, state).await.ok();
        let id = given.as_ref().and_then(|given| given.iter().find(|(name, _)| *name == "id"));
        // What cannot be an id is the id of nothing.
        let id = id.and_then(|(_, text)| text.parse().ok()).ok_or(ApiError::NotFound(resource))?;
        Ok(Self(id))
    }
}

/// A JSON object; an empty body counts as an empty object.
pub(crate) struct Body<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let bytes = read(request, state).await?;
        let invalid = |error: serde_json::Error| ApiError::BadRequest(format!("invalid JSON body: {error}"));
        let object: Map<String, Value> = match bytes.trim_ascii() {
            b"" => Map::new(),
            json => serde_json::from_slice(json).map_err(invalid)?,
        };
        serde_json::from_value(Value::Object(object)).map(Self).map_err(invalid)
    }
}

pub(crate) async fn read<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, ApiError> {
    Bytes::from_request(request, state).await.map_err(|rejection| match rejection.status().as_u16() {
        413 => ApiError::TooLarge("the body is too large".to_owned()),
        _ => ApiError::BadRequest(rejection.body_text()),
    })
}

/// Who calls: the events layer knows.
pub(crate) fn caller() -> Caller {
    Context::current().map(|context| context.caller().clone()).unwrap_or_default()
}

/// The collections are open to users.
pub(crate) fn user() -> Result<Caller, ApiError> {
    let caller = caller();
    let is_user = caller.is_admin() || caller.claims.iter().any(|claim| claim.as_str() == "group/nuvla-user");
    if is_user { Ok(caller) } else { Err(ApiError::CredentialsRequired) }
}
