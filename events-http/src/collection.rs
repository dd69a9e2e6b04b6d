//! A collection of events, as clients read it.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use events_core::Claim;
use serde::Serialize;
use serde_json::{Map, Value, value::RawValue};

/// What a search answers.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Collection {
    /// How many events there are in all.
    pub(crate) count: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) acl: Option<CollectionAcl>,
    pub(crate) resource_type: &'static str,
    pub(crate) id: String,
    pub(crate) resources: Vec<Box<RawValue>>,
    pub(crate) operations: Vec<Operation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) aggregations: Option<Map<String, Value>>,
    /// Whether a limit cut it, of time, bytes or events: the oldest may be missing.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) cut: bool,
    /// Stored events that cannot be read at all: nobody knows whether they belong here.
    #[serde(skip_serializing_if = "is_none")]
    pub(crate) unreadable: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde calls")]
fn is_none(number: &u64) -> bool {
    *number == 0
}

/// Who may do what with the collection.
#[derive(Debug, Serialize)]
pub(crate) struct CollectionAcl {
    pub(crate) query: Vec<Claim>,
    pub(crate) add: Vec<Claim>,
}

/// Something that a client may ask for.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Operation {
    pub(crate) rel: &'static str,
    pub(crate) href: String,
}

impl Default for Collection {
    fn default() -> Self {
        Self {
            count: 0,
            acl: None,
            resource_type: "event-collection",
            id: "event".to_owned(),
            resources: Vec::new(),
            operations: Vec::new(),
            aggregations: None,
            cut: false,
            unreadable: 0,
        }
    }
}

impl IntoResponse for Collection {
    fn into_response(self) -> Response {
        Json(self).into_response()
    }
}
