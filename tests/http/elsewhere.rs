//! What is answered beside the resources.

use axum::Router;
use events::{EventManager, memory::MemoryStore};
use events_http::EventRoutes;
use serde_json::{Value, json};

use crate::server::{ADMIN, JANE, Server};

#[tokio::test]
async fn the_cloud_entry_point_is_public_and_lists_the_collections() {
    let server = Server::start().await;
    let entry = server.get("/api/cloud-entry-point").send().await.ok();
    assert_eq!(entry["base-uri"], "/api/");
    assert_eq!(entry["collections"], json!({ "event": { "href": "event" }, "nuvlabox": { "href": "nuvlabox" } }));
}

#[tokio::test]
async fn other_paths_are_answered_as_before() {
    let server = Server::start().await;
    for (method, path, expected) in [
        ("GET", "/api", (404, "unknown resource")),
        ("GET", "/api/event/1/2/3", (404, "unknown resource")),
        ("GET", "/api/unheard-of/1", (404, "unknown resource")),
        ("GET", "/api/unheard-of", (405, "invalid method (get) for /api/unheard-of")),
        (
            "POST",
            "/api/nuvlabox/1/foo",
            (404, "undefined action (post, [\"nuvlabox\" \"foo\"]) for /api/nuvlabox/1/foo"),
        ),
    ] {
        let (status, message) = server.request(method, path).by(JANE).send().await.said();
        assert_eq!((status, message.as_str()), expected, "{method} {path}");
    }
    for path in ["/", "/index.html", "/apix", "/%FF"] {
        let answer = server.get(path).send().await;
        assert_eq!(answer.said().0, 302, "{path}");
        assert_eq!(answer.headers["location"], "/api/cloud-entry-point");
    }
    assert_eq!(server.request("OPTIONS", "/anything").send().await.status, 204);
}

#[tokio::test]
async fn the_openapi_document_names_the_base_of_the_routes() {
    let server = Server::start().await;
    let document = server.get("/api/event/openapi.json").send().await.ok();
    assert_eq!((&document["openapi"], &document["servers"]), (&json!("3.1.0"), &json!([{ "url": "/api" }])));
    let server = Server::with(MemoryStore::new(), |routes| routes.at("/audit/v1/")).await;
    let document: Value = server.get("/audit/v1/event/openapi.json").send().await.ok();
    assert_eq!(document["servers"], json!([{ "url": "/audit/v1" }]));
    assert_eq!(server.get("/audit/v1/event").by(ADMIN).send().await.ok()["count"], 0);
}

#[tokio::test]
async fn routes_merge_with_those_of_a_program_that_has_its_own_fallback() {
    let manager = EventManager::builder(MemoryStore::new()).build().unwrap();
    let routes: Router = Router::new().fallback(|| async { "elsewhere" });
    let _: Router = routes.merge(EventRoutes::new(&manager).into_router());
}
