//! A program with a small trail: operations that ended in each way, inside one another, and what somebody posted.

use std::{net::SocketAddr, time::Duration};

use axum::{
    Router,
    http::StatusCode,
    routing::{get, post},
};
use events::{
    Acl, AnyHref, Claim, EventManager, Operation, Refused, ResourceDirectory, Right, SqliteStore, action, resource,
};
use events_core::BoxFuture;
use events_http::{EventRoutes, EventsLayer};
use tempfile::TempDir;
use tokio::net::TcpListener;

/// An application that runs somewhere.
#[resource(events("start", "stop", "check-api", "pull-image", "notify"))]
struct Deployment;

#[action(event = "deployment.start", resource = "deployment/7f3a", severity = "high", details(replicas: u64 = 3u64))]
async fn start() -> Result<StatusCode, Refused> {
    check_api().await?;
    let pulled = pull_image().await?;
    notify().await?;
    Operation::current().link(&"job/41c0".parse::<AnyHref>().unwrap());
    Ok(if pulled.is_success() { StatusCode::ACCEPTED } else { StatusCode::BAD_GATEWAY })
}

#[action(event = "deployment.check-api", resource = "deployment/7f3a")]
async fn check_api() -> Result<StatusCode, Refused> {
    tokio::time::sleep(Duration::from_millis(40)).await;
    Ok(StatusCode::OK)
}

#[action(event = "deployment.pull-image", resource = "deployment/7f3a", details(image: String = "registry.local/sensor:2.4".to_owned()))]
async fn pull_image() -> Result<StatusCode, Refused> {
    tokio::time::sleep(Duration::from_millis(120)).await;
    Operation::current().message("the image is not to be had");
    Ok(StatusCode::SERVICE_UNAVAILABLE)
}

#[action(event = "deployment.notify", resource = "deployment/7f3a")]
async fn notify() -> Result<StatusCode, Refused> {
    tokio::time::sleep(Duration::from_millis(15)).await;
    Ok(StatusCode::OK)
}

/// A job ends it.
#[action(event = "deployment.stop", resource = "deployment/7f3a", deferred(within = "1h"))]
async fn stop() -> Result<StatusCode, Refused> {
    Ok(StatusCode::ACCEPTED)
}

/// Jane owns the deployment, and Joe sees that there is one.
struct Resources;

impl ResourceDirectory for Resources {
    fn acl<'d>(
        &'d self,
        resource: &'d AnyHref,
    ) -> BoxFuture<'d, Result<Option<Acl>, Box<dyn std::error::Error + Send + Sync>>> {
        let claim = |text: &str| text.parse::<Claim>().unwrap();
        let acl = Acl::owned_by(claim("user/jane")).granting(Right::ViewMeta, claim("user/joe"));
        let found = (resource.as_str() == "deployment/7f3a").then_some(acl);
        Box::pin(async move { Ok(found) })
    }
}

/// How long the manager waits for its store: longer than any machine is busy.
const PATIENCE: Duration = Duration::from_secs(20);

/// Served until it is dropped.
pub(crate) struct Served {
    pub(crate) address: SocketAddr,
    _folder: TempDir,
}

impl Served {
    pub(crate) async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let manager = EventManager::builder(SqliteStore::open(folder.path()).unwrap())
            .expect::<Deployment>()
            .resources(Resources)
            .with_limits(|limits| (limits.opening, limits.closing_wait) = (PATIENCE, PATIENCE))
            .build()
            .expect("all is declared");
        // Not where they usually are: nothing may count on that.
        let events = EventRoutes::new(&manager)
            .at("/audit/api")
            .page("/audit/ui")
            .sign_in("/login")
            .heartbeat(Duration::from_millis(200));
        let routes = Router::new()
            .route("/start", post(start))
            .route("/stop", post(stop))
            .route("/login", get(async || "another page"))
            .merge(events.into_router())
            .layer(EventsLayer::new(manager).header(events_http::HEADER));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { address, _folder: folder }
    }
}
