//! The layer for axum, over real connections.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::State,
    http::{HeaderName, StatusCode},
    routing::post,
};
use events::{Caller, Context, Event, EventManager, Phase, Reason, Refused, action, memory::MemoryStore, resource};
use events_http::EventsLayer;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Notify,
};

const LIMIT: Duration = Duration::from_secs(30);

#[resource(events)]
struct Nuvlabox;

#[action(event = "nuvlabox.reboot", resource = "nuvlabox/01")]
async fn reboot() -> Result<StatusCode, Refused> {
    Ok(StatusCode::ACCEPTED)
}

#[action(event = "nuvlabox.check-api", resource = "nuvlabox/01")]
async fn check_api(State(asked): State<Arc<Notify>>) -> Result<StatusCode, Refused> {
    asked.notify_one();
    std::future::pending().await
}

/// A server in this process whose manager is not installed: the layer alone brings it.
struct Server {
    store: MemoryStore,
    address: SocketAddr,
    asked: Arc<Notify>,
}

impl Server {
    async fn start(layer: impl FnOnce(EventsLayer) -> EventsLayer) -> Self {
        let (store, asked) = (MemoryStore::new(), Arc::new(Notify::new()));
        let builder = EventManager::builder(store.clone()).expect::<Nuvlabox>();
        let patient = builder.with_limits(|limits| limits.closing_wait = LIMIT);
        let manager = patient.build().expect("the declarations are right");
        let routes = Router::new()
            .route("/reboot", post(reboot))
            .route("/check-api", post(check_api))
            .with_state(asked.clone())
            .layer(layer(EventsLayer::new(manager).header(events_http::HEADER)));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { store, address, asked }
    }

    /// Sends a request with these headers, and leaves the connection open.
    async fn send(&self, path: &str, headers: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.expect("it listens");
        let head = format!("POST {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\ncontent-length: 0\r\n");
        stream.write_all(&[head.as_bytes(), headers, b"\r\n"].concat()).await.expect("it reads");
        stream
    }

    async fn answer(&self, path: &str, headers: &[u8]) -> String {
        let mut answer = String::new();
        let mut stream = self.send(path, headers).await;
        let read = tokio::time::timeout(LIMIT, stream.read_to_string(&mut answer)).await;
        read.expect("it answers").expect("in text");
        answer
    }

    /// The opening of a reboot that was sent with these headers.
    async fn reboot(&self, headers: &str) -> Event {
        let before = self.store.len();
        let answer = self.answer("/reboot", headers.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 202"), "{answer}");
        self.store.events().into_iter().nth(before).expect("it is recorded")
    }
}

fn claims(event: &Event) -> Vec<&str> {
    event.authn_info.claims.iter().map(|claim| claim.as_str()).collect()
}

#[tokio::test]
async fn the_caller_comes_from_the_header() {
    let server = Server::start(|layer| layer).await;
    let event = server.reboot("nuvla-authn-info: user/jane group/fleet group/nuvla-user session/1\r\n").await;
    let who = &event.authn_info;
    let all = [&who.user_id, &who.active_claim, &who.session_id].map(|claim| claim.as_ref().unwrap().as_str());
    assert_eq!(all, ["user/jane", "group/fleet", "session/1"]);
    assert_eq!(claims(&event), ["user/jane", "group/nuvla-anon", "group/nuvla-user", "session/1"]);
}

#[tokio::test]
async fn without_the_header_the_caller_is_anonymous() {
    let server = Server::start(|layer| layer).await;
    for headers in ["", "nuvla-authn-info:\r\n", "nuvla-authn-info:  \t \r\n"] {
        assert_eq!(server.reboot(headers).await.authn_info, Caller::anonymous(), "{headers:?}");
    }
}

#[tokio::test]
async fn a_header_that_cannot_be_read_is_400_and_nothing_runs() {
    let server = Server::start(|layer| layer).await;
    let long = format!("nuvla-authn-info: user/{}\r\n", "x".repeat(600));
    let many = format!("nuvla-authn-info: {}\r\n", "group/x ".repeat(4_000));
    let hostile: [&[u8]; 5] = [
        long.as_bytes(),
        many.as_bytes(),
        b"nuvla-authn-info: user/\xff\xfe\r\n",
        b"nuvla-authn-info: user/jane\r\nnuvla-authn-info: group/nuvla-admin\r\n",
        "nuvla-authn-info: user/\u{85}x user/\u{9b}31m\r\n".as_bytes(),
    ];
    for headers in hostile {
        let answer = server.answer("/reboot", headers).await;
        let shown = String::from_utf8_lossy(&headers[..60.min(headers.len())]);
        assert!(answer.starts_with("HTTP/1.1 400"), "{shown}: {answer}");
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!(body["status"], 400, "{shown}");
        assert!(body["message"].as_str().unwrap().starts_with("header `nuvla-authn-info` does not say who calls: "));
    }
    assert!(server.store.is_empty());
}

#[tokio::test]
async fn the_trace_is_kept_where_it_is_well_formed() {
    let server = Server::start(|layer| layer).await;
    let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    assert_eq!(server.reboot(&format!("traceparent: {trace}\r\n")).await.traceparent.as_deref(), Some(trace));
    for bad in ["garbage", "00-00000000000000000000000000000000-00f067aa0ba902b7-01", ""] {
        assert_eq!(server.reboot(&format!("traceparent: {bad}\r\n")).await.traceparent, None, "{bad:?}");
    }
}

#[tokio::test]
async fn another_header_or_an_own_authentication_may_say_who_calls() {
    let server = Server::start(|layer| layer.header(HeaderName::from_static("x-caller"))).await;
    let event = server.reboot("x-caller: user/joe\r\nnuvla-authn-info: user/jane\r\n").await;
    assert_eq!(claims(&event), ["user/joe", "group/nuvla-anon"]);

    let own = |layer: EventsLayer| {
        layer.from_request(|request| match request.headers.get("authorization") {
            Some(_) => Context::new(Caller::user("user/token").unwrap()),
            None => Context::anonymous(),
        })
    };
    let server = Server::start(own).await;
    let event = server.reboot("authorization: Bearer x\r\n").await;
    assert_eq!(claims(&event), ["user/token", "group/nuvla-anon"]);
    assert_eq!(server.reboot("nuvla-authn-info: group/nuvla-admin\r\n").await.authn_info, Caller::anonymous());
}

#[tokio::test]
async fn a_client_that_goes_away_leaves_one_cancelled_closing() {
    let server = Server::start(|layer| layer).await;
    let stream = server.send("/check-api", b"nuvla-authn-info: user/jane\r\n").await;
    tokio::time::timeout(LIMIT, server.asked.notified()).await.expect("the handler runs");
    drop(stream);
    let store = server.store.clone();
    let closed = tokio::task::spawn_blocking(move || store.wait_until(LIMIT, |events| events.len() == 2)).await;
    assert!(closed.unwrap().is_ok(), "a closing is stored");
    let events = server.store.events();
    assert_eq!(events.iter().map(|event| event.phase).collect::<Vec<_>>(), [Phase::Requested, Phase::Failed]);
    assert_eq!(events[1].failure.as_ref().map(|failure| failure.reason), Some(Reason::Cancelled));
}
