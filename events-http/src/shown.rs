//! Events as they are shown: what their viewer may read, with the older view and the operations.

use std::collections::BTreeMap;

use events_core::{Found, with_older_view};
use serde_json::value::{RawValue, to_raw_value};

use crate::{collection::Operation, error::ApiError, select::Select};

/// Appends the older view and the operations, and keeps what is selected.
pub(crate) fn shown(found: &Found, select: &Select, operations: &[Operation]) -> Result<Box<RawValue>, ApiError> {
    let damaged = |error: &dyn std::fmt::Display| {
        tracing::error!(%error, "a stored event cannot be shown");
        ApiError::Unavailable(error.to_string())
    };
    let document = found.document().and_then(|document| with_older_view(&document)).map_err(|error| damaged(&error))?;
    let listed = to_raw_value(operations).map_err(|error| damaged(&error))?;
    if select.is_everything() {
        let mut whole = document;
        // With the older view it ends with a brace, and it is not empty.
        whole.pop();
        whole.extend_from_slice(b",\"operations\":");
        whole.extend_from_slice(listed.get().as_bytes());
        whole.push(b'}');
        let text = String::from_utf8(whole).map_err(|error| damaged(&error))?;
        return RawValue::from_string(text).map_err(|error| damaged(&error));
    }
    let mut fields: BTreeMap<String, &RawValue> = serde_json::from_slice(&document).map_err(|error| damaged(&error))?;
    fields.insert("operations".to_owned(), &listed);
    fields.retain(|name, _| select.has(name));
    to_raw_value(&fields).map_err(|error| damaged(&error))
}
