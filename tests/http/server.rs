//! A program with events, served in this process.

use std::{net::SocketAddr, time::Duration};

use axum::{Router, http::StatusCode, routing::post};
use events::{
    Acl, AnyHref, Claim, EventManager, Journal, Limits, Refused, ResourceDirectory, Right, action, memory::MemoryStore,
    resource,
};
use events_core::BoxFuture;
use events_http::{EventRoutes, EventsLayer};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::client::Request;

pub(crate) const ADMIN: &str = "user/root user/root group/nuvla-admin group/nuvla-user";
pub(crate) const JANE: &str = "user/jane user/jane group/nuvla-user group/nuvla-anon";
pub(crate) const JOE: &str = "user/joe user/joe group/nuvla-user group/nuvla-anon";

#[resource(events)]
struct Nuvlabox;

#[action(event = "nuvlabox.reboot", resource = "nuvlabox/1", details(force: bool = true))]
async fn reboot() -> Result<StatusCode, Refused> {
    check_api().await
}

#[action(event = "nuvlabox.check-api", resource = "nuvlabox/1")]
async fn check_api() -> Result<StatusCode, Refused> {
    Ok(StatusCode::ACCEPTED)
}

/// A job ends it.
#[action(event = "nuvlabox.update-nuvlabox", resource = "nuvlabox/1", deferred(within = "1h"))]
async fn update() -> Result<StatusCode, Refused> {
    Ok(StatusCode::ACCEPTED)
}

/// Jane owns the box, and Joe sees that there is one.
struct Resources;

impl ResourceDirectory for Resources {
    fn acl<'d>(
        &'d self,
        resource: &'d AnyHref,
    ) -> BoxFuture<'d, Result<Option<Acl>, Box<dyn std::error::Error + Send + Sync>>> {
        let claim = |text: &str| text.parse::<Claim>().unwrap();
        let acl = Acl::owned_by(claim("user/jane")).granting(Right::ViewMeta, claim("user/joe"));
        let found = (resource.as_str() == "nuvlabox/1").then_some(acl);
        Box::pin(async move { Ok(found) })
    }
}

pub(crate) struct Server {
    pub(crate) manager: EventManager,
    pub(crate) address: SocketAddr,
}

/// How long the manager waits for its store: longer than any machine is busy.
const PATIENCE: Duration = Duration::from_secs(20);

impl Server {
    /// With events in memory.
    pub(crate) async fn start() -> Self {
        Self::with(MemoryStore::new(), |routes| routes).await
    }

    pub(crate) async fn with(journal: impl Journal, set: impl FnOnce(EventRoutes) -> EventRoutes) -> Self {
        Self::within(journal, |_limits| {}, set).await
    }

    pub(crate) async fn within(
        journal: impl Journal,
        limits: impl FnOnce(&mut Limits),
        set: impl FnOnce(EventRoutes) -> EventRoutes,
    ) -> Self {
        let manager = EventManager::builder(journal)
            .expect::<Nuvlabox>()
            .resources(Resources)
            .with_limits(|limits| (limits.opening, limits.closing_wait) = (PATIENCE, PATIENCE))
            .with_limits(limits)
            .build()
            .expect("all is declared");
        let events = set(EventRoutes::new(&manager).whole(["event", "nuvlabox"]));
        let routes = Router::new()
            .route("/api/nuvlabox/1/reboot", post(reboot))
            .route("/api/nuvlabox/1/update-nuvlabox", post(update))
            .merge(events.into_router())
            .layer(EventsLayer::new(manager.clone()).header(events_http::HEADER));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { manager, address }
    }

    pub(crate) fn request(&self, method: &str, path: &str) -> Request {
        Request {
            address: self.address,
            method: method.to_owned(),
            path: path.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    pub(crate) fn get(&self, path: &str) -> Request {
        self.request("GET", path)
    }

    /// Posts a document, and answers with its id.
    pub(crate) async fn post(&self, document: &Value, by: &str) -> String {
        let answer = self.request("POST", "/api/event").by(by).json(document).send().await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.json()["resource-id"].as_str().unwrap().to_owned()
    }

    /// Runs an action, and answers with the id of its opening.
    pub(crate) async fn act(&self, action: &str, by: &str) -> String {
        let answer = self.request("POST", &format!("/api/nuvlabox/1/{action}")).by(by).send().await;
        assert_eq!(answer.status, 202, "{}", answer.text);
        answer.headers["events-operation"].clone()
    }

    /// The ids that a search finds, in their order.
    pub(crate) async fn found(&self, parameters: &str, by: &str) -> Vec<String> {
        let answer = self.request("PUT", "/api/event").by(by).form(parameters).send().await.ok();
        let ids = answer["resources"].as_array().unwrap().iter();
        ids.map(|event| event["id"].as_str().unwrap().to_owned()).collect()
    }
}

/// An event about a resource, of which both shapes know how to speak.
pub(crate) fn seen(number: usize, owner: &str) -> Value {
    json!({
        "event-type": "run.seen", "severity": "low", "resource": { "href": format!("run/{number}") },
        "timestamp": format!("2026-01-01T00:00:{:02}Z", number % 60),
        "message": format!("run {number} was seen"), "details": { "number": number },
        "acl": { "owners": [owner] },
    })
}
