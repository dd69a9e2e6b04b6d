//! The reference API in this process, what is asked of it, and what it recorded.

use std::time::Duration;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request},
};
use events::{Acl, Caller, Event, EventManager, Viewer, assert_events, memory::MemoryStore, testing::Trail};
use events_http::caller_from_header;
use serde_json::Value;
use tower_service::Service as _;

use crate::api::{
    app::{self, App},
    database::Database,
    routes,
    session::Identity,
};

/// Owns what the tests act on.
pub(crate) const JANE: &str = "user/jane user/jane group/nuvla-user";
/// A user who may do nothing with it.
pub(crate) const JOE: &str = "user/joe user/joe group/nuvla-user";
/// Does the server's jobs.
pub(crate) const ADMIN: &str = "user/root group/nuvla-admin group/nuvla-admin";
pub(crate) const NOBODY: &str = "";

/// The server; its events are looked at in order.
pub(crate) struct Server {
    routes: Router,
    pub(crate) database: Database,
    pub(crate) store: MemoryStore,
    pub(crate) trail: Trail<MemoryStore>,
    /// Behind `trail`: those that were compared with a tree, but not looked at one by one.
    seen: Trail<MemoryStore>,
    pub(crate) data: tempfile::TempDir,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn text(&self, name: &str) -> &str {
        self.body[name].as_str().unwrap_or_else(|| panic!("`{name}` is missing: {}", self.body))
    }

    /// The resource that was added, or the job that does it.
    pub(crate) fn location(&self) -> String {
        self.headers["location"].to_str().unwrap().to_owned()
    }
}

/// How long the manager waits for its store and for the database: longer than any machine is busy.
const PATIENCE: Duration = Duration::from_secs(20);

impl Server {
    pub(crate) fn start() -> Self {
        Self::recognising(Identity::Proxy)
    }

    pub(crate) fn recognising(who: Identity) -> Self {
        let data = tempfile::tempdir().unwrap();
        let database = Database::open(&data.path().join("resources.db")).unwrap();
        let store = MemoryStore::new();
        let builder = app::events(EventManager::builder(store.clone()), &database);
        let patient = builder.with_limits(|limits| (limits.closing_wait, limits.acl_lookup) = (PATIENCE, PATIENCE));
        let manager = patient.build().unwrap();
        let routes = routes::served(App::new(database.clone()), manager, who);
        let (trail, seen) = (store.trail(), store.trail());
        Self { routes, database, store, trail, seen, data }
    }

    /// Sends `POST nuvlabox/1/reboot`.
    pub(crate) async fn send(&self, caller: &str, request: &str, body: Value) -> Answer {
        self.send_with(&[("nuvla-authn-info", caller)], request, body).await
    }

    pub(crate) async fn send_with(&self, headers: &[(&str, &str)], request: &str, body: Value) -> Answer {
        let (method, path) = request.split_once(' ').unwrap();
        let request = Request::builder().method(method).uri(format!("/api/{path}"));
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        let response = self.routes.clone().call(request.body(body).unwrap()).await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
        Answer { status, headers, body: serde_json::from_slice(&body).unwrap() }
    }

    /// Sends it and is answered with this status.
    pub(crate) async fn asks(&self, caller: &str, request: &str, body: Value, status: u16) -> Answer {
        let answer = self.send(caller, request, body).await;
        assert_eq!(answer.status, status, "{request}: {}", answer.body);
        answer
    }

    /// Adds a resource, and looks no further at the events of that.
    pub(crate) async fn adds(&mut self, caller: &str, collection: &str, body: Value) -> String {
        let id = self.asks(caller, &format!("POST {collection}"), body, 201).await.location();
        self.forget();
        id
    }

    /// Does what has to be done first, and looks no further at the events of that.
    pub(crate) async fn prepares(&mut self, caller: &str, request: &str, body: Value) -> Answer {
        let answer = self.send(caller, request, body).await;
        assert!((200..300).contains(&answer.status), "{request}: {}", answer.body);
        self.forget();
        answer
    }

    pub(crate) fn forget(&mut self) {
        self.trail.events();
        self.seen.events();
    }

    /// The events since the last look.
    pub(crate) fn look(&mut self) -> Vec<Event> {
        self.seen.events()
    }

    /// The events since the last look: `by` did it, `to` see them, `not_to` do not.
    pub(crate) fn recorded(&mut self, by: &str, to: &[&str], not_to: &[&str]) -> Vec<Event> {
        let events = self.look();
        for event in &events {
            assert_eq!(event.authn_info, caller(by), "{}", event.event_type);
            assert_seen(event, to, not_to);
        }
        events
    }

    /// It is not done; the one operation `what` says so, to whom it should.
    pub(crate) async fn refuses(
        &mut self,
        by: &str,
        request: &str,
        body: Value,
        (status, message): (u16, &str),
        what: &str,
    ) {
        self.look();
        let answer = self.asks(by, request, body, status).await;
        assert_eq!(answer.text("message"), message, "{request}");
        assert_eq!(answer.body["status"], status, "{request}");
        assert_events!(self.trail, what => failed(error));
        let events = self.look();
        let [opening, closing] = &events[..] else { panic!("{} events of {request}", events.len()) };
        let failure = closing.failure.as_ref().unwrap();
        assert_eq!(failure.status, Some(status), "{request}");
        for event in [opening, closing] {
            assert_eq!(event.authn_info, caller(by), "{request}");
            match (caller(by).active_claim, status) {
                // What the caller may not see, and what nobody in particular asked for, is for administrators.
                (None, _) => assert_eq!(event.acl, Acl::admin(), "{request}"),
                (_, 403) if opening.resource.href.is_some() => assert_eq!(event.acl, Acl::admin(), "{request}"),
                // Of what is not there, whoever asked for it sees the events.
                (Some(claim), 404) => assert_eq!(event.acl, Acl::owned_by(claim), "{request}"),
                _ => assert_seen(event, &[by], &[]),
            }
        }
    }
}

pub(crate) fn caller(header: &str) -> Caller {
    caller_from_header(header).unwrap()
}

pub(crate) fn assert_seen(event: &Event, to: &[&str], not_to: &[&str]) {
    let sees = |header: &&&str| event.acl.visibility(&Viewer::from(&caller(header))).is_some();
    let (event_type, acl) = (&event.event_type, &event.acl);
    assert!(sees(&&ADMIN), "{event_type} is hidden from administrators: {acl:?}");
    if let Some(who) = to.iter().find(|who| !sees(who)) {
        panic!("{event_type} is hidden from {who}: {acl:?}");
    }
    if let Some(who) = not_to.iter().find(sees) {
        panic!("{event_type} is shown to {who}: {acl:?}");
    }
}

/// The one event of this type.
pub(crate) fn of_type<'e>(events: &'e [Event], event_type: &str) -> &'e Event {
    let mut found = events.iter().filter(|event| event.event_type.as_str() == event_type);
    match (found.next(), found.next()) {
        (Some(event), None) => event,
        (first, _) => panic!("{} {event_type}", if first.is_some() { "more than one" } else { "no" }),
    }
}

pub(crate) fn details(event: &Event) -> Value {
    Value::Object(event.details.clone())
}
