//! The handlers that an OpenAPI document names.

use serde::Serialize;
use serde_json::{Map, Value};

use super::Handler;

/// The keys of a path item that are methods. What OpenAPI 3.2 adds stands below `additionalOperations`.
const METHODS: [&str; 9] = ["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"];

/// The operations of a document: any value that serialises as one, or its text.
///
/// # Errors
/// Why it is none, or holds no operation.
pub(super) fn handlers(document: impl Serialize) -> Result<Vec<Handler>, String> {
    let document = match serde_json::to_value(document) {
        Ok(Value::String(text)) => serde_json::from_str(&text),
        other => other,
    };
    let document = document.map_err(|error| format!("the OpenAPI document is no JSON: {error}"))?;
    let Some(paths) = document.get("paths").and_then(Value::as_object) else {
        return Err("the OpenAPI document has no `paths`".to_owned());
    };
    let mut handlers = Vec::new();
    for (path, item) in paths {
        let item = resolved(item, &document)
            .ok_or_else(|| format!("`{path}` of the OpenAPI document stands in another one: merge them"))?;
        let methods = METHODS.into_iter().filter_map(|method| Some((method, item.get(method)?)));
        let more = item.get("additionalOperations").and_then(Value::as_object).into_iter().flatten();
        let all = methods.chain(more.map(|(method, operation)| (method.as_str(), operation)));
        handlers.extend(all.map(|(method, operation)| handler(method, path, operation)));
    }
    if handlers.is_empty() { Err("the OpenAPI document has no operation".to_owned()) } else { Ok(handlers) }
}

/// The path item itself, or the one of the same document that it refers to.
fn resolved<'d>(item: &'d Value, document: &'d Value) -> Option<&'d Map<String, Value>> {
    match item.get("$ref").and_then(Value::as_str) {
        None => item.as_object(),
        Some(reference) => document.pointer(reference.strip_prefix('#')?)?.as_object(),
    }
}

fn handler(method: &str, path: &str, operation: &Value) -> Handler {
    let name = operation.get("operationId").and_then(Value::as_str);
    let tags = operation.get("tags").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    Handler::new(method, path, name.unwrap_or_default(), tags.map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(document: impl Serialize) -> Result<Vec<String>, String> {
        let shown =
            |handler: &Handler| format!("{} {} {} {:?}", handler.method, handler.path, handler.name, handler.tags);
        handlers(document).map(|handlers| handlers.iter().map(shown).collect())
    }

    #[test]
    fn every_operation_of_a_document_is_found() {
        let document = json!({
            "openapi": "3.2.0",
            "paths": {
                "/car": {
                    "summary": "cars",
                    "parameters": [],
                    "post": { "operationId": "add", "tags": ["cars", "eu"] },
                    "additionalOperations": { "COPY": { "operationId": "copy" } },
                },
                "/car/{id}": { "$ref": "#/components/pathItems/car" },
            },
            "components": { "pathItems": { "car": { "delete": {} } } },
            "webhooks": { "moved": { "post": { "operationId": "moved" } } },
        });
        let expected = [r#"POST /car add ["cars", "eu"]"#, "COPY /car copy []", "DELETE /car/{id}  []"];
        let expected: Vec<String> = expected.map(str::to_owned).into();
        assert_eq!(found(&document), Ok(expected.clone()));
        assert_eq!(found(document.to_string()), Ok(expected), "its text");
    }

    #[test]
    fn a_document_without_operations_is_never_mistaken_for_covered() {
        for (document, why) in [
            (json!("{"), "is no JSON"),
            (json!(3), "has no `paths`"),
            (json!({ "paths": [] }), "has no `paths`"),
            (json!({ "paths": {} }), "has no operation"),
            (json!({ "paths": { "/car": { "summary": "cars" } } }), "has no operation"),
            (
                json!({ "paths": { "/car": { "$ref": "car.json" } } }),
                "`/car` of the OpenAPI document stands in another",
            ),
            (
                json!({ "paths": { "/car": { "$ref": "#/nowhere" } } }),
                "`/car` of the OpenAPI document stands in another",
            ),
        ] {
            let said = found(&document).expect_err("no handlers");
            assert!(said.contains(why), "{document}: {said}");
        }
    }
}
