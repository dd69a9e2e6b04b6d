//! Everything that the reference domain records (REQUIREMENTS E2), by name.

use std::collections::BTreeSet;

use axum::http::Method;
use events::{EventKind, Registry, Severity};
use serde_json::{Value, json};

use crate::{
    api::routes,
    refused::anything,
    server::{JANE, JOE, Server},
};

/// Resource type, operations, direct events.
const DOMAIN: &[(&str, &[&str], &[&str])] = &[
    ("credential", &["add"], &[]),
    ("deployment", &["add", "edit", "delete", "start", "stop", "update", "clone"], &["state-changed"]),
    ("deployment-parameter", &["edit"], &[]),
    ("deployment-set", &["add", "plan", "start", "stop", "bulk-start", "bulk-stop"], &[]),
    ("group", &["add", "edit"], &["user-added", "user-removed"]),
    ("infrastructure-service", &["add", "edit", "delete"], &["state-changed"]),
    ("job", &["add", "edit"], &["state-changed"]),
    ("module", &["add", "edit", "delete", "publish"], &[]),
    (
        "nuvlabox",
        &[
            "add",
            "edit",
            "delete",
            "activate",
            "commission",
            "decommission",
            "add-ssh-key",
            "revoke-ssh-key",
            "update-nuvlabox",
            "reboot",
            "check-api",
            "cluster-nuvlabox",
        ],
        &["state-changed"],
    ),
    ("session", &["add", "delete", "switch-group"], &[]),
    ("user", &["add"], &[]),
];

fn names(resource_type: &str, operations: &[&str]) -> Vec<String> {
    operations.iter().map(|operation| format!("{resource_type}.{operation}")).collect()
}

fn declared(kind: EventKind) -> BTreeSet<String> {
    let registry = Registry::collect();
    let of_domain = |resource_type: &str| DOMAIN.iter().any(|(known, ..)| *known == resource_type);
    let events = registry.events().filter(|event| event.spec.kind == kind && of_domain(event.spec.resource_type));
    events.map(|event| event.spec.event_type.to_owned()).collect()
}

#[test]
fn the_whole_domain_is_declared_and_nothing_else() {
    let operations = DOMAIN.iter().flat_map(|(of, operations, _)| names(of, operations));
    assert_eq!(declared(EventKind::Action), operations.collect());
    let direct = DOMAIN.iter().flat_map(|(of, _, direct)| names(of, direct));
    assert_eq!(declared(EventKind::Direct), direct.collect());
}

#[test]
fn events_of_infrastructure_services_matter_little() {
    let registry = Registry::collect();
    let service =
        registry.resources().find(|resource| resource.spec.resource_type == "infrastructure-service").unwrap();
    assert_eq!(service.spec.severity, Some(Severity::Low));
}

/// Types that can be added, and with what.
fn of_each_type() -> [(&'static str, Value); 4] {
    [
        ("nuvlabox", json!({})),
        ("deployment", json!({})),
        ("deployment-set", json!({ "module": "module/1", "fleet": [] })),
        ("module", json!({ "path": "apps/gateway", "subtype": "application" })),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resource_says_what_may_be_done_to_it() {
    let mut server = Server::start();
    for (resource_type, body) in of_each_type() {
        let id = server.adds(JANE, resource_type, body).await;
        let path = format!("/api/{resource_type}/{{id}}");
        let served = routes::table().into_iter().filter_map(|route| {
            let action = route.path.strip_prefix(&path)?;
            let href = format!("{id}{action}");
            let rel = match route.method {
                Method::PUT => "edit",
                Method::DELETE => "delete",
                Method::POST => action.trim_start_matches('/'),
                _ => return None,
            };
            Some(json!({ "rel": rel, "href": href }))
        });
        let mut served: Vec<_> = served.collect();
        served.sort_by_key(Value::to_string);
        let mut shown = shown(&server, JANE, &id).await;
        shown.sort_by_key(Value::to_string);
        assert_eq!(shown, served, "{resource_type}");
    }
}

/// The operations on a resource, as somebody sees it.
async fn shown(server: &Server, by: &str, id: &str) -> Vec<Value> {
    let document = server.asks(by, &format!("GET {id}"), Value::Null, 200).await.body;
    document["operations"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_one_right_is_shown_what_it_allows_and_nothing_else() {
    let mut server = Server::start();
    for (resource_type, body) in of_each_type() {
        for right in ["view-data", "edit-data", "edit-meta", "manage", "delete"] {
            let mut body = body.clone();
            body["acl"] = json!({ "owners": ["user/jane"], "view-data": ["user/joe"] });
            body["acl"][right] = json!(["user/joe"]);
            let first = server.adds(JANE, resource_type, body.clone()).await;
            for operation in shown(&server, JANE, &first).await {
                // Each on one that nothing was done to.
                let id = server.adds(JANE, resource_type, body.clone()).await;
                let rel = operation["rel"].as_str().unwrap();
                let shown = shown(&server, JOE, &id).await.iter().any(|shown| shown["rel"] == rel);
                let request = match rel {
                    "edit" => format!("PUT {id}"),
                    "delete" => format!("DELETE {id}"),
                    action => format!("POST {id}/{action}"),
                };
                let answer = server.send(JOE, &request, anything()).await;
                assert_eq!(answer.status != 403, shown, "{rel} of a {resource_type} by {right}: {}", answer.body);
            }
        }
    }
}
