//! The OpenAPI document: kept by hand beside the routes, and compared with them by a test.
//!
//! The handlers read what older clients send, forms and documents in two shapes, so no type of theirs says what a
//! request looks like: a derived document would have to be written by hand inside attributes, with a crate more.

use axum::{
    extract::State,
    http::{HeaderValue, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};

use crate::api::Api;

/// The OpenAPI 3.1 document of the event resource, as JSON. Its paths are relative to `/api`.
pub const OPENAPI: &str = include_str!("openapi.json");

/// `GET event/openapi.json`. Public: it says nothing about any event.
pub(crate) async fn document(State(api): State<Api>) -> Response {
    // The base is a path: no character of it is escaped in JSON but a quote, which no route has.
    let written = OPENAPI.replacen("\"url\": \"/api\"", &format!("\"url\": {:?}", api.0.base), 1);
    let json = HeaderValue::from_static("application/json");
    ([(CONTENT_TYPE, json)], written).into_response()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;
    use crate::routes::table;

    #[test]
    fn the_document_has_the_routes_and_no_others() {
        let document: Value = serde_json::from_str(OPENAPI).unwrap();
        let mut described = BTreeSet::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            let methods = item.as_object().unwrap().keys().filter(|name| *name != "parameters");
            described.extend(methods.map(|method| (method.clone(), path.clone())));
        }
        let served: BTreeSet<(String, String)> =
            table().iter().map(|route| (route.method.to_owned(), route.path.to_owned())).collect();
        assert_eq!(described, served);
    }

    #[test]
    fn every_reference_leads_somewhere() {
        fn visit(value: &Value, whole: &Value) {
            match value {
                Value::Object(fields) => {
                    if let Some(Value::String(reference)) = fields.get("$ref") {
                        assert!(whole.pointer(reference.strip_prefix('#').unwrap()).is_some(), "{reference}");
                    }
                    fields.values().for_each(|value| visit(value, whole));
                }
                Value::Array(items) => items.iter().for_each(|value| visit(value, whole)),
                _ => {}
            }
        }
        let document: Value = serde_json::from_str(OPENAPI).unwrap();
        visit(&document, &document);
        assert!(OPENAPI.contains("\"url\": \"/api\""));
    }
}
