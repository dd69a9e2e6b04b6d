//! Each form of the macros once, compiled, run and looked up on the store in memory.

#![allow(clippy::unwrap_used, reason = "these are tests")]

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use events::{Event, Phase, Recorder, memory::MemoryStore, prelude::*};
use serde_json::json;

/// How long a response waits for its events.
const LIMIT: Duration = Duration::from_secs(20);

/// An edge device.
#[resource(events)]
struct Nuvlabox {
    id: Href<Nuvlabox>,
    status: String,
}

/// An application: a closed set, with defaults for its events.
#[resource(events("start", "stop", "clone", "state-changed"), severity = "low")]
struct Deployment {
    id: Href<Deployment>,
    state: String,
}

/// A session is nowhere kept as a struct.
#[resource(events, category = Access)]
struct Session;

/// Who comes and goes.
#[category("access", details(method?))]
struct Access;

#[derive(Debug)]
enum ApiError {
    Refused(Refused),
    Denied,
}

impl From<Refused> for ApiError {
    fn from(refused: Refused) -> Self {
        ApiError::Refused(refused)
    }
}

impl From<std::num::ParseIntError> for ApiError {
    fn from(_: std::num::ParseIntError) -> Self {
        ApiError::Denied
    }
}

impl Outcome for ApiError {
    fn ending(&self) -> Ending {
        match self {
            ApiError::Refused(refused) => Ending::from_error(refused),
            ApiError::Denied => Ending::from_status(403),
        }
    }
}

struct Path<T>(T);
struct Query<T>(T);

#[derive(Clone, Record)]
struct RebootOptions {
    force: bool,
    release: Option<String>,
    #[record(skip)]
    secret: String,
}

#[derive(Debug, Record)]
struct Job {
    id: String,
}

/// A manager whose responses wait until their events are stored.
fn recording() -> (MemoryStore, EventManager) {
    let store = MemoryStore::new();
    let builder = EventManager::builder(store.clone()).with_limits(|limits| limits.closing_wait = LIMIT);
    (store, builder.build().unwrap())
}

/// Runs it for one user, and answers what is stored then.
async fn recorded(run: impl Future<Output = ()>) -> Vec<Event> {
    let (store, manager) = recording();
    manager.scope(events::scope(Context::new(Caller::user("user/jane").unwrap()), run)).await;
    store.events()
}

/// The types of the events, with what they are about.
fn trail(events: &[Event]) -> Vec<(&str, Option<&str>)> {
    events.iter().map(|event| (event.event_type.as_str(), event.resource.href.as_deref())).collect()
}

fn nuvlabox() -> Href<Nuvlabox> {
    "nuvlabox/01".parse().unwrap()
}

fn deployment() -> Deployment {
    Deployment { id: "deployment/02".parse().unwrap(), state: "STARTED".into() }
}

#[action(
    event = "nuvlabox.reboot",
    category = "action",
    subcategory = "maintenance",
    severity = "high",
    details(force: bool = options.force, release: Option<&str> = options.release.as_deref(), doubled: usize = 2 * 21),
    payload(request = options, outcome, changed),
    message = "{caller} rebooted {resource}, force {details.force}",
    linked("credential/7", &options.secret.len().to_string().replace('0', "job/0")),
    tags("eu", "night"),
    version = 2,
    mandatory,
    allow_anon,
    on_nested_failure = continue
)]
async fn reboot(
    Path((n, id)): Path<(u32, Href<Nuvlabox>)>,
    Query(options): Query<RebootOptions>,
) -> Result<Job, ApiError> {
    let parsed: u32 = if options.force { "x".parse()? } else { n };
    Operation::current().changed(&"up", &"down");
    drop(id);
    Ok(Job { id: format!("job/{parsed}") })
}

#[tokio::test]
async fn a_handler_records_what_its_attribute_names_and_nothing_else() {
    let options = RebootOptions { force: false, release: None, secret: String::new() };
    let events = recorded(async {
        let again = options.clone();
        reboot(Path((17, nuvlabox())), Query(again)).await.unwrap();
        reboot(Path((17, nuvlabox())), Query(RebootOptions { force: true, ..options })).await.unwrap_err();
    })
    .await;
    let [opening, completed, _, failed] = events.as_slice() else { panic!("{events:#?}") };
    assert_eq!(opening.resource.href.as_deref(), Some("nuvlabox/01"));
    assert_eq!((opening.category.as_str(), opening.subcategory.as_deref()), ("action", Some("maintenance")));
    assert_eq!(opening.severity, events::Severity::High);
    assert_eq!(serde_json::to_value(&opening.details).unwrap(), json!({"force": false, "doubled": 42}));
    assert_eq!(opening.payload, Some(json!({"request": {"force": false}})));
    assert_eq!(opening.linked_identifiers, ["credential/7", "job/0"]);
    assert_eq!(opening.tags, ["eu", "night"]);
    let message = opening.message.as_deref().unwrap();
    assert!(message.starts_with("user/jane rebooted nuvlabox/01, force false"), "{message}");
    let payload = completed.payload.as_ref().unwrap();
    assert_eq!(payload["outcome"], json!({"id": "job/17"}));
    assert_eq!(payload["changed"], json!({"before": "up", "after": "down"}));
    assert_eq!(failed.failure.as_ref().and_then(|failure| failure.status), Some(403));
    assert!(!serde_json::to_string(&events).unwrap().contains("secret"));
}

impl Deployment {
    #[action(event = "deployment.start", deferred(within = "1h"))]
    async fn start(&self) -> Result<&str, ApiError> {
        Ok(&self.state)
    }

    #[action(event = "deployment.stop", category = Access)]
    async fn stop(&mut self) -> Result<(), ApiError> {
        self.state = "STOPPED".into();
        Ok(())
    }

    #[action(event = "deployment.edit")]
    async fn edit(self: Arc<Self>, mut n: u32) -> Result<u32, ApiError> {
        n += 1;
        tokio::task::yield_now().await;
        Ok(n)
    }

    #[action(event = "deployment.delete")]
    async fn delete(self) -> Result<(), ApiError> {
        Ok(())
    }
}

#[tokio::test]
async fn a_method_is_about_its_receiver() {
    let events = recorded(async {
        let mut deployment = deployment();
        deployment.start().await.unwrap();
        deployment.stop().await.unwrap();
        assert_eq!(deployment.state, "STOPPED");
        let shared = Arc::new(deployment);
        assert_eq!(shared.clone().edit(1).await.unwrap(), 2);
        Arc::into_inner(shared).unwrap().delete().await.unwrap();
    })
    .await;
    let about = Some("deployment/02");
    assert_eq!(
        trail(&events),
        [
            // It is deferred: somebody closes it later.
            ("deployment.start", about),
            ("deployment.stop", about),
            ("deployment.stop.completed", about),
            ("deployment.edit", about),
            ("deployment.edit.completed", about),
            ("deployment.delete", about),
            ("deployment.delete.completed", about),
        ]
    );
    assert!(events[0].deadline.is_some());
    let classes: Vec<(&str, events::Severity)> =
        events.iter().map(|event| (event.category.as_str(), event.severity)).collect();
    assert_eq!(classes[0], ("action", events::Severity::Low));
    assert_eq!(classes[1].0, "access");
    assert_eq!(classes[3].0, "crud");
}

#[resource(events)]
impl Nuvlabox {
    const LIMITS: [u8; 1 + 1] = [0; 2];

    #[action(event = "nuvlabox.activate", details(limits: usize = Self::LIMITS.len()))]
    async fn activate(&self) -> Result<usize, ApiError> {
        Ok(self.plain())
    }

    fn plain(&self) -> usize {
        self.status.len()
    }

    #[action(event = "nuvlabox.commission", details(caps: usize = caps.len()))]
    async fn commission(&self, caps: &[String]) -> Result<usize, ApiError> {
        Ok(caps.len())
    }
}

/// Generic, and not a resource itself.
struct Service<J> {
    job: J,
    deployment: Href<Deployment>,
}

#[resource(events)]
impl<J: Clone + Send + Sync> Service<J> {
    #[action(event = "deployment.bulk-clone")]
    async fn clone_all(&self) -> Result<J, ApiError> {
        self.clone_one().await
    }

    #[action(event = "deployment.clone", resource = self.deployment)]
    async fn clone_one(&self) -> Result<J, ApiError> {
        Ok(self.job.clone())
    }
}

#[tokio::test]
async fn the_methods_of_an_impl_are_recorded_and_everything_else_in_it_stays() {
    let events = recorded(async {
        let nuvlabox = Nuvlabox { id: nuvlabox(), status: "NEW".into() };
        assert_eq!(nuvlabox.activate().await.unwrap(), 3);
        nuvlabox.commission(&[String::new()]).await.unwrap();
        let service = Service { job: 1, deployment: deployment().id };
        service.clone_all().await.unwrap();
    })
    .await;
    assert_eq!(
        trail(&events),
        [
            ("nuvlabox.activate", Some("nuvlabox/01")),
            ("nuvlabox.activate.completed", Some("nuvlabox/01")),
            ("nuvlabox.commission", Some("nuvlabox/01")),
            ("nuvlabox.commission.completed", Some("nuvlabox/01")),
            ("deployment.bulk-clone", None),
            ("deployment.clone", Some("deployment/02")),
            ("deployment.clone.completed", Some("deployment/02")),
            ("deployment.bulk-clone.completed", None),
        ]
    );
    assert_eq!(events[5].parent, Some(events[4].id));
}

struct Added(Href<Nuvlabox>);

impl Outcome for Added {
    fn ending(&self) -> Ending {
        Ending::from_status(201)
    }

    fn created(&self) -> Option<std::borrow::Cow<'_, str>> {
        Some(self.0.as_str().into())
    }
}

#[action(event = "nuvlabox.add")]
async fn add(name: &str) -> Result<Added, ApiError> {
    if name.is_empty() { Err(ApiError::Denied) } else { Ok(Added(nuvlabox())) }
}

fn copy(out: &Result<u8, ApiError>) -> Option<Href<Deployment>> {
    out.as_ref().ok().and_then(|n| format!("deployment/{n}").parse().ok())
}

#[action(event = "deployment.add", created = copy)]
async fn add_deployment(n: u8) -> Result<u8, ApiError> {
    Ok(n)
}

#[tokio::test]
async fn what_was_added_is_named_by_the_outcome() {
    let events = recorded(async {
        add("nb").await.unwrap();
        add("").await.map(|_| ()).unwrap_err();
        add_deployment(9).await.unwrap();
    })
    .await;
    assert_eq!(
        trail(&events),
        [
            ("nuvlabox.add", None),
            ("nuvlabox.add.completed", Some("nuvlabox/01")),
            ("nuvlabox.add", None),
            ("nuvlabox.add.failed", None),
            ("deployment.add", None),
            ("deployment.add.completed", Some("deployment/9")),
        ]
    );
}

mod responses {
    use axum::{Json, http::StatusCode, response::IntoResponse};

    use super::*;

    #[action(event = "nuvlabox.check-api")]
    async fn opaque(id: Href<Nuvlabox>, found: bool) -> impl IntoResponse {
        drop(id);
        if found {
            return (StatusCode::OK, Json(1)).into_response();
        }
        StatusCode::NOT_FOUND.into_response()
    }

    #[action(event = "nuvlabox.check-api-again")]
    async fn opaque_inside(id: Href<Nuvlabox>, n: &str) -> Result<impl IntoResponse, ApiError> {
        drop(id);
        let n: u16 = n.parse()?;
        Ok(Json(n))
    }

    #[action(event = "nuvlabox.status")]
    async fn concrete(id: Href<Nuvlabox>) -> Result<StatusCode, ApiError> {
        drop(id);
        Ok(StatusCode::BAD_GATEWAY)
    }

    #[tokio::test]
    async fn the_status_of_a_response_is_the_ending() {
        let events = recorded(async {
            assert_eq!(opaque(nuvlabox(), true).await.into_response().status(), StatusCode::OK);
            opaque(nuvlabox(), false).await;
            opaque_inside(nuvlabox(), "1").await.unwrap();
            concrete(nuvlabox()).await.unwrap();
        })
        .await;
        let failures: Vec<Option<u16>> = events
            .iter()
            .filter(|event| event.phase.closes())
            .map(|event| event.failure.as_ref().and_then(|failure| failure.status))
            .collect();
        assert_eq!(failures, [None, Some(404), None, Some(502)]);
    }

    #[tokio::test]
    async fn a_handler_of_responses_is_refused_with_503() {
        let store = MemoryStore::new();
        store.faults().fail_all(events::memory::Fault::Full);
        let manager = EventManager::builder(store).build().unwrap();
        let call = manager.scope(events::scope(Context::anonymous(), opaque(nuvlabox(), true)));
        assert_eq!(call.await.into_response().status(), StatusCode::SERVICE_UNAVAILABLE);
    }
}

fn none(_: Refused) -> Option<u8> {
    None
}

fn is_some(out: &Option<u8>) -> Ending {
    if out.is_some() { Ending::COMPLETED } else { Ending::from_status(404) }
}

#[action(event = "session.look-up", resource = none, refused = none, outcome = is_some, ctx = context)]
async fn look_up(context: Context, n: u8) -> Option<u8> {
    (n > 3).then_some(n)
}

#[tokio::test]
async fn functions_of_the_user_decide_ending_and_refusal_and_the_context_may_be_given() {
    let (store, manager) = recording();
    manager
        .scope(async {
            assert_eq!(look_up(Context::anonymous(), 3).await, None);
            assert_eq!(look_up(Context::internal("test"), 4).await, Some(4));
        })
        .await;
    let phases: Vec<Phase> = store.events().iter().map(|event| event.phase).collect();
    assert_eq!(phases, [Phase::Requested, Phase::Failed, Phase::Requested, Phase::Completed]);
    store.faults().fail_all(events::memory::Fault::Full);
    assert_eq!(manager.scope(look_up(Context::anonymous(), 4)).await, None);
}

#[async_trait]
trait Runs {
    async fn run(&self, id: Href<Nuvlabox>, n: u32) -> Result<u32, ApiError>;
    async fn run_in(&self, path: Path<Href<Nuvlabox>>) -> Result<u32, ApiError>;
    async fn reset(&mut self) -> Result<u32, ApiError>;
}

#[async_trait]
impl Runs for Nuvlabox {
    #[action(event = "nuvlabox.run", details(n))]
    async fn run(&self, id: Href<Nuvlabox>, n: u32) -> Result<u32, ApiError> {
        drop(id);
        if n == 0 {
            return Err(ApiError::Denied);
        }
        Ok(n)
    }

    async fn run_in(&self, Path(id): Path<Href<Nuvlabox>>) -> Result<u32, ApiError> {
        self.run(id, 0).await
    }

    #[action(event = "nuvlabox.reset")]
    async fn reset(&mut self) -> Result<u32, ApiError> {
        self.status.clear();
        Ok(0)
    }
}

#[resource(events)]
#[async_trait]
impl Runs for Deployment {
    #[action(event = "nuvlabox.run-for")]
    async fn run(&self, id: Href<Nuvlabox>, n: u32) -> Result<u32, ApiError> {
        let _me: &Self = self;
        drop(id);
        Ok(n)
    }

    #[action(event = "nuvlabox.run-in")]
    async fn run_in(&self, Path(id): Path<Href<Nuvlabox>>) -> Result<u32, ApiError> {
        self.run(id, 1).await
    }

    #[action(event = "deployment.state-changed")]
    async fn reset(&mut self) -> Result<u32, ApiError> {
        self.state.clear();
        Ok(0)
    }
}

#[tokio::test]
async fn methods_under_and_over_async_trait_are_recorded() {
    let events = recorded(async {
        let mut nuvlabox_1 = Nuvlabox { id: nuvlabox(), status: "NEW".into() };
        nuvlabox_1.run_in(Path("nuvlabox/05".parse().unwrap())).await.unwrap_err();
        nuvlabox_1.reset().await.unwrap();
        let mut deployment = deployment();
        deployment.run_in(Path(nuvlabox())).await.unwrap();
        deployment.reset().await.unwrap();
    })
    .await;
    assert_eq!(
        trail(&events),
        [
            ("nuvlabox.run", Some("nuvlabox/05")),
            ("nuvlabox.run.failed", Some("nuvlabox/05")),
            ("nuvlabox.reset", Some("nuvlabox/01")),
            ("nuvlabox.reset.completed", Some("nuvlabox/01")),
            ("nuvlabox.run-in", Some("nuvlabox/01")),
            ("nuvlabox.run-for", Some("nuvlabox/01")),
            ("nuvlabox.run-for.completed", Some("nuvlabox/01")),
            ("nuvlabox.run-in.completed", Some("nuvlabox/01")),
            ("deployment.state-changed", Some("deployment/02")),
            ("deployment.state-changed.completed", Some("deployment/02")),
        ]
    );
}

#[derive(Record)]
struct Release<T> {
    #[record(rename = "number")]
    r#type: T,
    parts: Parts,
}

#[derive(Record)]
enum Parts {
    NotYet,
    Few(u8),
    Many { how_many: u16, recorder: Name },
}

#[derive(Record)]
struct Name(Option<&'static str>);

#[action(event = "nuvlabox.update", details = Release { r#type: n, parts: Parts::Many { how_many: 300, recorder: Name(None) } })]
async fn update(id: Href<Nuvlabox>, n: u8) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}

#[derive(EventDetails)]
#[event("nuvlabox.state-changed", category = "state", resource = Nuvlabox, message = "{resource}: {details.new_state}")]
struct NuvlaboxStateChanged<'a> {
    old_state: Option<&'a str>,
    new_state: &'a str,
}

#[derive(EventDetails)]
#[event("session.expired", severity = "low")]
struct Expired<T: Clone> {
    after: T,
    #[record(rename = "by")]
    parts: Vec<Parts>,
}

#[tokio::test]
async fn derived_types_are_details_of_actions_and_direct_events() {
    let events = recorded(async {
        update(nuvlabox(), 4).await.unwrap();
        events::emit(&nuvlabox(), NuvlaboxStateChanged { old_state: None, new_state: "ACTIVATED" }).await.unwrap();
        let session: Href<Session> = "session/3".parse().unwrap();
        events::emit(&session, Expired { after: 3, parts: vec![Parts::NotYet, Parts::Few(2)] }).await.unwrap();
    })
    .await;
    let details: Vec<serde_json::Value> =
        events.iter().filter(|event| !event.phase.closes()).map(|event| json!(event.details)).collect();
    assert_eq!(
        details,
        [
            json!({"number": 4, "parts": {"many": {"how-many": 300}}}),
            json!({"new-state": "ACTIVATED"}),
            json!({"after": 3, "by": ["not-yet", {"few": 2}]}),
        ]
    );
    let message = events[2].message.as_deref().unwrap();
    assert!(message.starts_with("nuvlabox/01: ACTIVATED"), "{message}");
    assert_eq!(events[3].category, "access");
}

/// Something that records itself by hand.
struct ByHand;

impl Record for ByHand {
    fn record(&self, recorder: &mut Recorder<'_>) {
        recorder.string("by hand");
    }
}

#[action(event = "nuvlabox.generic", details(#[cfg(any())] gone, count: usize = items.len(), value))]
async fn generic<'a, T, F>(
    id: &Href<Nuvlabox>,
    mut items: Vec<T>,
    keep: F,
    name: &'a str,
    value: impl Record + Send,
    #[cfg(any())] gone: u8,
) -> Result<(Vec<T>, &'a str), ApiError>
where
    T: Clone + Send,
    F: Fn(&T) -> bool + Send,
{
    let _ = (id, value);
    items.retain(|item| keep(item));
    Ok((items, name))
}

#[tokio::test]
async fn generics_lifetimes_patterns_and_cfg_stay_what_they_are() {
    let events = recorded(async {
        let (items, name) = generic(&nuvlabox(), vec![1, 2], |n| *n > 1, "n", ByHand).await.unwrap();
        assert_eq!((items, name), (vec![2], "n"));
    })
    .await;
    assert_eq!(json!(events[0].details), json!({"count": 2, "value": "by hand"}));
}
