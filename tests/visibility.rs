//! An event is visible to whoever might see the resource when it happened (REQUIREMENTS B6).

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod fleet;

use std::{
    collections::HashMap,
    future::pending,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use events::{
    Acl, AnyHref, BoxFuture, Caller, Claim, Context, Ending, Event, EventDetails, EventManager, Href, Operation, Phase,
    Query, Reason, ResourceDirectory, Right, Viewer, Visibility, action, assert_events, emit, memory::MemoryStore,
    scope,
};
use fleet::{Answer, Deployment, Job, Nuvlabox, Problem, context, job, nuvlabox, patient, until};

#[action(event = "nuvlabox.reboot")]
async fn reboot(id: Href<Nuvlabox>, body: impl Future<Output = ()>) -> Result<Answer, Problem> {
    body.await;
    Ok(Answer(200))
}

#[action(event = "nuvlabox.pair", allow_anon)]
async fn pair(id: Href<Nuvlabox>) -> Result<Answer, Problem> {
    Ok(Answer(200))
}

#[action(event = "nuvlabox.scan", resource = none)]
async fn scan() -> Result<Answer, Problem> {
    Ok(Answer(200))
}

#[action(event = "nuvlabox.add", created = added)]
async fn add(answer: u16, body: impl Future<Output = ()>) -> Result<Answer, Problem> {
    body.await;
    Ok(Answer(answer))
}

#[action(event = "nuvlabox.import", resource = none, created = added)]
async fn import(body: impl Future<Output = ()>) -> Result<Answer, Problem> {
    body.await;
    Ok(Answer(200))
}

fn added(_: &Result<Answer, Problem>) -> Option<Href<Nuvlabox>> {
    Some(nuvlabox("new"))
}

#[action(event = "nuvlabox.delete")]
async fn delete(id: Href<Nuvlabox>, app: &Application) -> Result<Answer, Problem> {
    app.0.lock().unwrap().remove(id.as_str());
    emit(&id, StateChanged { new_state: "DECOMMISSIONED" }).await?;
    Ok(Answer(200))
}

#[action(event = "job.add", resource = id)]
async fn submit(id: Href<Job>) -> Result<Answer, Problem> {
    Ok(Answer(201))
}

#[derive(EventDetails)]
#[event("nuvlabox.state-changed", category = "state", resource = Nuvlabox)]
struct StateChanged {
    new_state: &'static str,
}

/// The application's resources.
#[derive(Clone, Default)]
struct Application(Arc<Mutex<HashMap<String, Acl>>>);

impl Application {
    /// Nuvlabox 1 is Olga's, Victor sees its data, Mia only its meta; nuvlabox 2 is public.
    fn populated() -> Self {
        let private = Acl::owned_by(claim("user/olga"))
            .granting(Right::ViewData, claim("user/victor"))
            .granting(Right::ViewMeta, claim("user/mia"));
        let public = Acl::owned_by(claim("user/olga")).granting(Right::ViewData, claim("group/nuvla-anon"));
        let app = Self::default();
        app.put("nuvlabox/1", private);
        app.put("nuvlabox/2", public);
        app
    }

    fn put(&self, href: &str, acl: Acl) {
        self.0.lock().unwrap().insert(href.to_owned(), acl);
    }

    fn acl_of(&self, href: &str) -> Acl {
        self.0.lock().unwrap()[href].clone()
    }
}

impl ResourceDirectory for Application {
    fn acl<'d>(&'d self, resource: &'d AnyHref) -> LookUp<'d> {
        Box::pin(async { Ok(self.0.lock().unwrap().get(resource.as_str()).cloned()) })
    }
}

type LookUp<'d> = BoxFuture<'d, Result<Option<Acl>, Box<dyn std::error::Error + Send + Sync>>>;

fn claim(text: &str) -> Claim {
    text.parse().unwrap()
}

fn recording(directory: impl ResourceDirectory) -> (MemoryStore, EventManager) {
    let store = MemoryStore::new();
    let manager = patient(store.clone()).resources(directory).build().unwrap();
    (store, manager)
}

fn victor_for_the_fleet() -> Context {
    Context::new(
        Caller::user("user/victor").unwrap().with_claim("group/fleet").unwrap().acting_as("group/fleet").unwrap(),
    )
}

const ADMIN: &str = "group/nuvla-admin";

/// How much each of them sees.
async fn audience(manager: &EventManager) -> Vec<(&'static str, Visibility)> {
    let viewers = ["olga", "victor", "mia", "steve"]
        .map(|name| (name, Viewer::from(&Caller::user(&format!("user/{name}")).unwrap())));
    let viewers = viewers.into_iter().chain([
        ("fleet", Viewer::with_claims([claim("group/fleet")])),
        ("admin", Viewer::admin()),
        ("anonymous", Viewer::from(&Caller::anonymous())),
    ]);
    let mut audience = Vec::new();
    for (name, viewer) in viewers {
        let found = manager.search(&Query::new(viewer.clone())).await.unwrap().events;
        let count = manager.count(&events::Filter::everything(), &viewer).await.unwrap();
        assert_eq!(count.events, found.len() as u64, "nobody counts what is not seen");
        let Some(first) = found.first() else { continue };
        assert!(found.iter().all(|event| event.visibility() == first.visibility()), "opening and closing alike");
        assert_eq!(found.len(), 2, "opening and closing");
        audience.push((name, first.visibility()));
    }
    audience
}

#[tokio::test(flavor = "multi_thread")]
async fn who_sees_an_event_is_decided_by_resource_caller_and_event_type() {
    use Visibility::{Data, Everything, Meta};
    enum What {
        Reboot(&'static str),
        /// Allows anonymous.
        Pair(&'static str),
        /// About no resource.
        Scan,
    }
    use What::*;
    struct Row {
        name: &'static str,
        caller: Context,
        what: What,
        /// The resource whose ACL it has, or its only owner.
        acl: Result<&'static str, &'static str>,
        audience: &'static [(&'static str, Visibility)],
    }
    const OF_1: &[(&str, Visibility)] = &[("olga", Everything), ("victor", Data), ("mia", Meta), ("admin", Everything)];
    const OF_2: &[(&str, Visibility)] = &[
        ("olga", Everything),
        ("victor", Data),
        ("mia", Data),
        ("steve", Data),
        ("admin", Everything),
        ("anonymous", Data),
    ];
    const ADMINS: &[(&str, Visibility)] = &[("admin", Everything)];
    const STEVES: &[(&str, Visibility)] = &[("steve", Everything), ("admin", Everything)];
    const FLEETS: &[(&str, Visibility)] = &[("fleet", Everything), ("admin", Everything)];
    let row = |name, caller, what, acl, audience| Row { name, caller, what, acl, audience };
    let anonymous = Context::anonymous;
    let table = [
        row("its owner", context("user/olga"), Reboot("1"), Ok("nuvlabox/1"), OF_1),
        row("who sees its data", context("user/victor"), Reboot("1"), Ok("nuvlabox/1"), OF_1),
        row("an administrator", Context::internal("retention"), Reboot("1"), Ok("nuvlabox/1"), OF_1),
        row("who sees its meta only", context("user/mia"), Reboot("1"), Err(ADMIN), ADMINS),
        row("a stranger", context("user/steve"), Reboot("1"), Err(ADMIN), ADMINS),
        row("nobody in particular", anonymous(), Reboot("1"), Err(ADMIN), ADMINS),
        row("a stranger, public", context("user/steve"), Reboot("2"), Ok("nuvlabox/2"), OF_2),
        row("nobody in particular, public", anonymous(), Reboot("2"), Ok("nuvlabox/2"), OF_2),
        row("a stranger, allowed", context("user/steve"), Pair("1"), Err("user/steve"), STEVES),
        row("nobody in particular, allowed", anonymous(), Pair("1"), Err(ADMIN), ADMINS),
        row("its owner, allowed", context("user/olga"), Pair("1"), Ok("nuvlabox/1"), OF_1),
        row("missing", context("user/steve"), Reboot("no"), Err("user/steve"), STEVES),
        row("missing, for a group", victor_for_the_fleet(), Reboot("no"), Err("group/fleet"), FLEETS),
        row("missing, nobody in particular", anonymous(), Reboot("no"), Err(ADMIN), ADMINS),
        row("no resource", context("user/steve"), Scan, Err("user/steve"), STEVES),
        row("no resource, for a group", victor_for_the_fleet(), Scan, Err("group/fleet"), FLEETS),
        row("no resource, nobody in particular", anonymous(), Scan, Err(ADMIN), ADMINS),
    ];
    for Row { name, caller, what, acl, audience: expected } in table {
        println!("{name}");
        let app = Application::populated();
        let (store, manager) = recording(app.clone());
        let handled = manager.scope(scope(caller, async {
            match what {
                Reboot(id) => reboot(nuvlabox(id), async {}).await,
                Pair(id) => pair(nuvlabox(id)).await,
                Scan => scan().await,
            }
        }));
        handled.await.unwrap();
        let acl = acl.map_or_else(|owner| Acl::owned_by(claim(owner)), |href| app.acl_of(href));
        for event in store.events() {
            assert_eq!((&event.acl, event.acl_fallback), (&acl, false), "{}", event.event_type);
        }
        assert_eq!(audience(&manager).await, expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_sees_the_meta_only_reads_the_meta_only() {
    let (_store, manager) = recording(Application::populated());
    manager.scope(scope(context("user/olga"), reboot(nuvlabox("1"), async {}))).await.unwrap();
    let mia = Viewer::from(&Caller::user("user/mia").unwrap());
    let page = manager.search(&Query::new(mia.clone())).await.unwrap();
    for found in &page.events {
        let document: serde_json::Value = serde_json::from_slice(&found.document().unwrap()).unwrap();
        let mut fields: Vec<&str> = document.as_object().unwrap().keys().map(String::as_str).collect();
        fields.sort_unstable();
        let closing = ["created", "id", "message", "name", "parent", "resource-type", "timestamp"];
        let opening = ["created", "id", "message", "name", "resource-type", "timestamp"];
        assert!(fields == closing || fields == opening, "{fields:?}");
    }
    let hidden = manager.search(&Query::new(mia).user("user/olga")).await.unwrap();
    assert!(hidden.events.is_empty(), "what is hidden is not found by it either");
}

/// A directory that cannot answer.
#[derive(Clone, Copy, Debug)]
enum Unfit {
    Hangs,
    Fails,
    PanicsWhenPolled,
    PanicsWhenCalled,
    PanicsWhenDropped,
}

impl ResourceDirectory for Unfit {
    fn acl<'d>(&'d self, _resource: &'d AnyHref) -> LookUp<'d> {
        match self {
            Self::PanicsWhenCalled => panic!("on purpose"),
            Self::PanicsWhenPolled => Box::pin(async { panic!("on purpose") }),
            Self::PanicsWhenDropped => {
                struct OnPurpose;
                impl Drop for OnPurpose {
                    fn drop(&mut self) {
                        panic!("on purpose");
                    }
                }
                let held = OnPurpose;
                Box::pin(async move {
                    let _held = held;
                    pending().await
                })
            }
            Self::Fails => Box::pin(async { Err("the database is gone".into()) }),
            Self::Hangs => Box::pin(pending()),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_that_cannot_answer_never_fails_an_operation() {
    let all = [Unfit::Hangs, Unfit::Fails, Unfit::PanicsWhenPolled, Unfit::PanicsWhenCalled, Unfit::PanicsWhenDropped];
    for unfit in all {
        println!("{unfit:?}");
        let store = MemoryStore::new();
        let builder = patient(store.clone()).resources(unfit);
        let manager = builder.with_limits(|limits| limits.acl_lookup = Duration::from_millis(20)).build().unwrap();
        let (ran, id) = (AtomicUsize::new(0), nuvlabox("1"));
        let body = async {
            ran.fetch_add(1, Ordering::SeqCst);
            emit(&id, StateChanged { new_state: "REBOOTING" }).await.unwrap();
        };
        manager.scope(scope(context("user/olga"), reboot(id.clone(), body))).await.unwrap();
        manager.scope(scope(context("user/olga"), add(201, async {}))).await.unwrap();
        assert_eq!(ran.into_inner(), 1);
        let events = store.events();
        assert_eq!(events.len(), 5);
        for event in &events {
            // The opening of an `add` is about no resource: there was nothing to look up.
            let looked_up = event.event_type.as_str() != "nuvlabox.add";
            assert_eq!(event.acl_fallback, looked_up, "{}", event.event_type);
            let owner = if looked_up { ADMIN } else { "user/olga" };
            assert_eq!(event.acl, Acl::owned_by(claim(owner)), "the safe default");
        }
        assert_eq!(manager.metrics().acl_fallbacks, 2, "one look-up for the reboot, one for the add");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_caller_does_inside_an_operation_is_seen_as_that_caller_may_see() {
    let app = Application::populated();
    let (store, manager) = recording(app.clone());
    for (caller, acl) in [("user/olga", app.acl_of("nuvlabox/1")), ("user/steve", Acl::owned_by(claim(ADMIN)))] {
        let id = nuvlabox("1");
        let body = scope(context(caller), async { drop(emit(&id, StateChanged { new_state: "REBOOTING" }).await) });
        manager.scope(scope(context("user/olga"), reboot(id.clone(), body))).await.unwrap();
        let events = store.events();
        let [.., opening, inside, _closing] = &events[..] else { panic!("{events:?}") };
        assert_eq!((&opening.acl, &inside.acl), (&app.acl_of("nuvlabox/1"), &acl), "{caller}");
    }
}

/// A directory that is recorded itself, were it not asked with recording off.
struct Recorded;

impl ResourceDirectory for Recorded {
    fn acl<'d>(&'d self, _resource: &'d AnyHref) -> LookUp<'d> {
        Box::pin(async {
            submit(job("1")).await.map_err(|problem| problem.to_string())?;
            let id = nuvlabox("1");
            emit(&id, StateChanged { new_state: "LOOKED-UP" }).await?;
            // Also where it runs in another task.
            events::spawn(submit(job("2"))).await?.map_err(|problem| problem.to_string())?;
            Ok(Some(Acl::owned_by(claim("user/olga"))))
        })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_directory_does_is_not_recorded() {
    let store = MemoryStore::new();
    let builder = patient(store.clone()).resources(Recorded);
    let manager = builder.with_limits(|limits| limits.acl_lookup = fleet::LIMIT).build().unwrap();
    manager.scope(scope(context("user/olga"), reboot(nuvlabox("1"), async {}))).await.unwrap();
    assert_events!(store.trail(), "nuvlabox.reboot nuvlabox/1" => completed);
    assert!(store.events().iter().all(|event| !event.acl_fallback));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_is_cancelled_while_the_acl_is_looked_up_leaves_nothing() {
    let store = MemoryStore::new();
    let builder = patient(store.clone()).resources(Unfit::Hangs);
    let manager = builder.with_limits(|limits| limits.acl_lookup = fleet::LIMIT).build().unwrap();
    let body = async { panic!("it must not run") };
    let task = tokio::spawn(manager.scope(scope(context("user/olga"), reboot(nuvlabox("1"), body))));
    until("it has begun", || manager.metrics().open_operations == 1).await;
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    until("nothing is open", || manager.metrics().open_operations == 0).await;
    assert!(store.is_empty());
}

fn by_phase(events: &[Event], event_type: &str, phase: Phase) -> Event {
    let found = events.iter().find(|event| event.event_type.base() == event_type && event.phase == phase);
    found.unwrap_or_else(|| panic!("no {event_type} {phase}")).clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_saw_the_opening_of_a_delete_sees_its_closing() {
    let app = Application::populated();
    let before = app.acl_of("nuvlabox/1");
    let (store, manager) = recording(app.clone());
    manager.scope(scope(context("user/victor"), delete(nuvlabox("1"), &app))).await.unwrap();
    let events = store.events();
    assert_events!(store.trail(), "nuvlabox.delete nuvlabox/1" => completed { "nuvlabox.state-changed nuvlabox/1" });
    assert!(events.iter().all(|event| event.acl == before), "also the events in between");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_acl_is_worked_out_before_the_handler_and_never_again() {
    let app = Application::populated();
    let before = app.acl_of("nuvlabox/1");
    let (store, manager) = recording(app.clone());
    let body = async { app.put("nuvlabox/1", Acl::owned_by(claim("user/steve"))) };
    manager.scope(scope(context("user/victor"), reboot(nuvlabox("1"), body))).await.unwrap();
    assert!(store.events().iter().all(|event| event.acl == before));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_add_that_succeeded_is_visible_to_whoever_sees_what_it_added() {
    for (status, visible_to_victor) in [(201, true), (409, false)] {
        println!("{status}");
        let app = Application::populated();
        let (store, manager) = recording(app.clone());
        let of_new = Acl::owned_by(claim("user/olga")).granting(Right::ViewData, claim("user/victor"));
        let body = async { app.put("nuvlabox/new", of_new.clone()) };
        manager.scope(scope(context("user/olga"), add(status, body))).await.unwrap();

        let events = store.events();
        let olgas = Acl::owned_by(claim("user/olga"));
        assert_eq!(events[0].acl, olgas, "the opening: of who acts");
        assert_eq!(events[1].acl, if visible_to_victor { of_new } else { olgas });
        let href = events[1].resource.href.as_deref();
        assert_eq!(href, visible_to_victor.then_some("nuvlabox/new"));
        let victor = Viewer::from(&Caller::user("user/victor").unwrap());
        let found = manager.get(events[1].id, &victor).await.unwrap();
        assert_eq!(found.is_some(), visible_to_victor);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operation_of_any_name_is_visible_to_whoever_sees_what_it_made() {
    let app = Application::populated();
    let (store, manager) = recording(app.clone());
    let of_new = Acl::owned_by(claim("user/olga")).granting(Right::ViewData, claim("user/victor"));
    let body = async { app.put("nuvlabox/new", of_new.clone()) };
    manager.scope(scope(context("user/olga"), import(body))).await.unwrap();
    let acls: Vec<_> = store.events().into_iter().map(|event| event.acl).collect();
    assert_eq!(acls, [Acl::owned_by(claim("user/olga")), of_new]);
}

#[action(event = "deployment.add", created = deployed, deferred)]
async fn deploy(body: impl Future<Output = ()>) -> Result<Answer, Problem> {
    body.await;
    Ok(Answer(202))
}

fn deployed(_: &Result<Answer, Problem>) -> Option<Href<Deployment>> {
    Some("new".parse().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_add_that_a_job_completes_is_visible_to_whoever_sees_what_it_added() {
    for ending in [Ending::COMPLETED, Ending::failed(Reason::Error)] {
        println!("{ending:?}");
        let app = Application::populated();
        let (store, manager) = recording(app.clone());
        let of_new = Acl::owned_by(claim("user/olga")).granting(Right::ViewData, claim("user/victor"));
        let body = async { app.put("deployment/new", of_new.clone()) };
        manager.scope(scope(context("user/olga"), deploy(body))).await.unwrap();
        let id = store.events()[0].id;
        assert!(manager.shutdown(fleet::LIMIT).await);

        // By another process, which has no resources.
        let elsewhere = patient(store.clone()).build().unwrap();
        elsewhere.close(id, ending.clone()).await.unwrap();
        let closing = store.events().pop().unwrap();
        let href = closing.resource.href.as_deref();
        match ending {
            Ending::Completed { .. } => assert_eq!((closing.acl, href), (of_new, Some("deployment/new"))),
            Ending::Failed(_) => {
                assert_eq!((closing.acl, href), (Acl::owned_by(claim("user/olga")), None));
                assert_eq!(closing.linked_identifiers, ["deployment/new"]);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handler_shows_its_closing_to_somebody_else() {
    let (store, manager) = recording(Application::populated());
    let body = async { Operation::current().visible_to(claim("user/steve")) };
    manager.scope(scope(context("user/olga"), reboot(nuvlabox("1"), body))).await.unwrap();
    let steve = Viewer::from(&Caller::user("user/steve").unwrap());
    let found = manager.search(&Query::new(steve)).await.unwrap().events;
    let [closing] = &found[..] else { panic!("the closing, and nothing else") };
    assert_eq!(closing.visibility(), Visibility::Data);
    let opening = by_phase(&store.events(), "nuvlabox.reboot", Phase::Requested);
    let with_steve = opening.acl.granting(Right::ViewData, claim("user/steve"));
    assert_eq!(closing.event().unwrap().acl, with_steve, "the others see it as before");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_is_by_nobody_before_and_by_the_user_after() {
    let (store, manager) = recording(Application::populated());
    let caller = Caller::user("user/olga").unwrap().in_session("session/5").unwrap();
    let body = async { Operation::current().identified(caller.clone()) };
    manager.scope(scope(Context::anonymous(), reboot(nuvlabox("1"), body))).await.unwrap();
    let events = store.events();
    assert_eq!(by_phase(&events, "nuvlabox.reboot", Phase::Requested).authn_info, Caller::anonymous());
    assert_eq!(by_phase(&events, "nuvlabox.reboot", Phase::Completed).authn_info, caller);
}
