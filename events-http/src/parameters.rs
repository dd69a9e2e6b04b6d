//! The parameters of a request: of its query string, and of a form in its body.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Uri, header::CONTENT_TYPE},
};

use crate::{body, error::ApiError};

/// Names and values in the order in which they stand: a name may come several times.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Those of the query string.
    pub(crate) fn of_query(uri: &Uri) -> Self {
        Self::read(uri.query().unwrap_or_default().as_bytes())
    }

    /// Those of the query string, and those of a form. A body of another kind has none.
    pub(crate) async fn of_request(uri: &Uri, headers: &HeaderMap, body: Body, limit: usize) -> Result<Self, ApiError> {
        let mut all = Self::of_query(uri);
        let content_type = headers.get(CONTENT_TYPE).map_or(b"".as_slice(), HeaderValue::as_bytes);
        if content_type.to_ascii_lowercase().starts_with(b"application/x-www-form-urlencoded") {
            let form = body::read(headers, body, limit).await?;
            all.0.append(&mut Self::read(&form).0);
        }
        Ok(all)
    }

    fn read(form: &[u8]) -> Self {
        Self(form_urlencoded::parse(form).into_owned().collect())
    }

    /// The values of a name.
    pub(crate) fn all<'p>(&'p self, name: &'p str) -> impl Iterator<Item = &'p str> {
        self.0.iter().filter(move |(given, _)| given == name).map(|(_, value)| value.as_str())
    }
}
