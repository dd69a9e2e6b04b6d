//! Bodies of requests: of bounded length, compressed or not.

use std::io::Read;

use axum::{
    body::Body,
    http::{HeaderMap, header::CONTENT_ENCODING},
};
use flate2::read::MultiGzDecoder;
use serde_json::{Map, Value};

use crate::error::ApiError;

/// Reads a body, and unpacks it where it is compressed with gzip.
pub(crate) async fn read(headers: &HeaderMap, body: Body, limit: usize) -> Result<Vec<u8>, ApiError> {
    let is_packed = is_packed(headers)?;
    // What fails otherwise is a client that goes away, which is answered to nobody.
    let bytes = axum::body::to_bytes(body, limit).await.map_err(|_too_long| ApiError::TooLarge(limit))?;
    if !is_packed {
        return Ok(bytes.into());
    }
    let mut unpacked = Vec::new();
    let longest = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let read = MultiGzDecoder::new(&*bytes).take(longest).read_to_end(&mut unpacked);
    read.map_err(|error| ApiError::BadRequest(format!("the body is not gzip: {error}")))?;
    if unpacked.len() > limit { Err(ApiError::TooLarge(limit)) } else { Ok(unpacked) }
}

fn is_packed(headers: &HeaderMap) -> Result<bool, ApiError> {
    let mut encodings = headers.get_all(CONTENT_ENCODING).iter();
    let Some(encoding) = encodings.next() else { return Ok(false) };
    let named = String::from_utf8_lossy(encoding.as_bytes()).trim().to_ascii_lowercase();
    match named.as_str() {
        "gzip" | "x-gzip" if encodings.next().is_none() => Ok(true),
        "" | "identity" => Ok(false),
        _ => Err(ApiError::Encoding(named.chars().take(80).collect())),
    }
}

/// A JSON object.
pub(crate) fn object(body: &[u8]) -> Result<Map<String, Value>, ApiError> {
    let value: Value =
        serde_json::from_slice(body).map_err(|error| ApiError::BadRequest(format!("the body is not JSON: {error}")))?;
    match value {
        Value::Object(fields) => Ok(fields),
        _ => Err(ApiError::BadRequest("the body is no JSON object: send `{…}`".to_owned())),
    }
}
