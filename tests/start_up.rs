//! What is wrong with the set-up of a program is said at its start, all at once, naming file and line; a
//! declaration that did not arrive is an error, never a silence.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod fleet;

use std::time::Duration;

use events::{
    CategoryRef, EventDeclaration, EventManager, EventSpec, Href, InstallError, Journal, Location, Policy, RefusedKind,
    Registration, Registry, Resource, ResourceDeclaration, ResourceSpec, action, assert_events, conformance::Generator,
    memory::MemoryStore, scope,
};
use fleet::{Answer, Deployment, Nuvlabox, Problem, jane, nuvlabox};

const fn at(file: &'static str, line: u32) -> Location {
    Location { krate: "edge-fleet", module: "edge_fleet", file, line, column: 1 }
}

const fn resource(
    resource_type: &'static str,
    operations: Option<&'static [&'static str]>,
    at: Location,
) -> ResourceDeclaration {
    ResourceDeclaration::new(ResourceSpec {
        resource_type,
        struct_name: "Declared",
        operations,
        category: None,
        severity: None,
        enabled: true,
        location: at,
    })
}

const fn event(
    event_type: &'static str,
    (resource_type, operation): (&'static str, &'static str),
    at: Location,
) -> EventDeclaration {
    EventDeclaration::new(EventSpec { event_type, resource_type, operation, location: at, ..EventSpec::ACTION })
}

static BOX: ResourceDeclaration = resource("box", None, at("fleet/src/box.rs", 3));
static LOCK: ResourceDeclaration = resource("lock", Some(&["open", "close"]), at("fleet/src/lock.rs", 4));
static LOCK_AGAIN: ResourceDeclaration = resource("lock", None, at("other/src/lock.rs", 5));
static OPEN: EventDeclaration = event("lock.open", ("lock", "open"), at("fleet/src/lock.rs", 12));
static OPEN_AGAIN: EventDeclaration = event("lock.open", ("lock", "open"), at("other/src/door.rs", 34));
static TURN: EventDeclaration = event("lock.turn", ("lock", "turn"), at("fleet/src/lock.rs", 20));
static BULK_OPEN: EventDeclaration = event("lock.bulk-open", ("lock", "bulk-open"), at("fleet/src/lock.rs", 28));
static DELETE: EventDeclaration = event("lock.delete", ("lock", "delete"), at("fleet/src/lock.rs", 36));
static RING: EventDeclaration = event("bell.ring", ("bell", "ring"), at("fleet/src/bell.rs", 7));
static LAMP: ResourceDeclaration = ResourceDeclaration::new(ResourceSpec {
    category: Some(CategoryRef::BuiltIn("state")),
    ..resource("lamp", None, at("fleet/src/lamp.rs", 3)).spec
});
static ADD: EventDeclaration = event("lamp.add", ("lamp", "add"), at("fleet/src/lamp.rs", 11));
static SHOUT: EventDeclaration = event("box.Shout", ("box", "Shout"), at("fleet/src/box.rs", 9));

fn build(registrations: impl IntoIterator<Item = Registration>) -> Result<EventManager, InstallError> {
    EventManager::builder(MemoryStore::new()).registry(Registry::of(registrations)).build()
}

fn said(registrations: impl IntoIterator<Item = Registration>) -> String {
    build(registrations).expect_err("it must not start").to_string()
}

use Registration::{Event, Resource as Type};

#[test]
fn each_problem_says_where_it_is_and_what_to_do() {
    let table: [(&str, &[Registration], &str); 7] = [
        (
            "an event type without what the category of its resource type demands",
            &[Type(&LAMP), Event(&ADD)],
            "event `lamp.add` at fleet/src/lamp.rs:11:1 is of category `state`, which records the detail `new-state`: add it \
             to its details, or name another category [EVT130]",
        ),
        (
            "an event type that two crates declare",
            &[Type(&LOCK), Event(&OPEN), Event(&OPEN_AGAIN)],
            "event type `lock.open` is declared twice, at fleet/src/lock.rs:12:1 and at other/src/door.rs:34:1: rename \
             one [EVT132]",
        ),
        (
            "a resource type that two crates declare",
            &[Type(&LOCK), Type(&LOCK_AGAIN)],
            "resource type `lock` is declared twice, at fleet/src/lock.rs:4:1 and at other/src/lock.rs:5:1: rename one \
             [EVT132]",
        ),
        (
            "an operation of a resource type that nothing declares",
            &[Event(&RING)],
            "event `bell.ring` at fleet/src/bell.rs:7:1 is about a `bell`, which nothing declares: put \
             `#[resource(events)]` on its type, or name the crate that does (`use that_crate as _;`) [EVT135]",
        ),
        (
            "an operation that its closed set does not have",
            &[Type(&LOCK), Event(&TURN)],
            "event `lock.turn` at fleet/src/lock.rs:20:1 is not declared: add \"turn\" to the set at \
             fleet/src/lock.rs:4:1 (declared: open, close) [EVT136]",
        ),
        (
            "an event type that is not well-formed",
            &[Type(&BOX), Event(&SHOUT)],
            "`box.Shout` at fleet/src/box.rs:9:1 is not well-formed: ",
        ),
        (
            "several at once",
            &[Type(&LOCK), Type(&LOCK_AGAIN), Event(&TURN), Event(&RING), Event(&OPEN), Event(&OPEN_AGAIN)],
            "events cannot be recorded, 4 to mend:",
        ),
    ];
    for (name, registrations, expected) in table {
        println!("{name}");
        let said = said(registrations.iter().copied());
        assert!(said.contains(expected), "{said}");
    }
}

#[test]
fn a_closed_set_has_its_own_operations_their_bulk_and_add_edit_and_delete() {
    build([Type(&LOCK), Event(&OPEN), Event(&BULK_OPEN), Event(&DELETE)]).unwrap();
}

#[test]
fn one_declaration_that_arrives_twice_is_one() {
    build([Type(&LOCK), Event(&OPEN), Event(&OPEN), Type(&LOCK)]).unwrap();
}

mod gatehouse {
    use super::{Answer, Deployment, Href, Problem, action};

    #[expect(dead_code, reason = "only its declaration matters")]
    #[action(event = "deployment.stop")]
    async fn stop(id: Href<Deployment>) -> Result<Answer, Problem> {
        Ok(Answer(200))
    }
}

#[expect(dead_code, reason = "only its declaration matters")]
#[action(event = "deployment.stop")]
async fn stop(id: Href<Deployment>) -> Result<Answer, Problem> {
    Ok(Answer(200))
}

#[test]
fn two_handlers_of_one_event_type_are_found_across_modules() {
    let error = EventManager::builder(MemoryStore::new()).build().unwrap_err().to_string();
    assert!(error.contains("event type `deployment.stop` is declared twice"), "{error}");
    assert_eq!(error.matches("start_up.rs:").count(), 2, "both places are named: {error}");
}

#[action(event = "nuvlabox.reboot")]
async fn reboot(id: Href<Nuvlabox>) -> Result<Answer, Problem> {
    Ok(Answer(200))
}

/// The same operation, declared by hand: of a crate whose own declaration does not arrive.
static REBOOT: EventDeclaration = event("nuvlabox.reboot", ("nuvlabox", "reboot"), at("plugin/src/lib.rs", 1));

#[test]
fn a_resource_type_that_is_expected_and_does_not_arrive_is_an_error() {
    let builder = EventManager::builder(MemoryStore::new()).registry(Registry::default());
    let error = builder.expect::<Nuvlabox>().build().unwrap_err().to_string();
    let expected = "resource type `nuvlabox` of crate `events` (tests/fleet/domain.rs:";
    assert!(error.contains(expected), "{error}");
    assert!(error.contains("was expected and did not arrive: declare it explicitly (`Builder::declare`)"), "{error}");
}

#[test]
fn a_resource_type_that_is_declared_explicitly_has_arrived() {
    let builder = EventManager::builder(MemoryStore::new()).registry(Registry::default());
    let manager = builder.declare(Type(Nuvlabox::DECLARATION)).expect::<Nuvlabox>().build().unwrap();
    let registered: Vec<&str> =
        manager.registry().unwrap().resources().map(|resource| resource.spec.resource_type).collect();
    assert_eq!(registered, ["event-policy", "nuvlabox"], "beside the one of our own");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operation_whose_declaration_did_not_arrive_is_refused() {
    let store = MemoryStore::new();
    let registry = Registry::of([Type(Nuvlabox::DECLARATION)]);
    let manager = EventManager::builder(store.clone()).registry(registry).build().unwrap();
    let refused = manager.scope(scope(jane(), reboot(nuvlabox("1")))).await.unwrap_err().refusal();
    assert_eq!(refused.kind, RefusedKind::Unregistered);
    let message = refused.to_string();
    assert!(message.contains("tests/start_up.rs:"), "it names the declaration: {message}");
    assert!(message.contains("`use events as _;`"), "it says what to do: {message}");
    assert!(store.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operation_that_is_declared_explicitly_is_recorded() {
    let store = MemoryStore::new();
    let builder = EventManager::builder(store.clone()).registry(Registry::default());
    let manager = builder.declare(Type(Nuvlabox::DECLARATION)).declare(Event(&REBOOT)).build().unwrap();
    manager.scope(scope(jane(), reboot(nuvlabox("1")))).await.unwrap();
    assert_events!(store.trail(), "nuvlabox.reboot nuvlabox/1" => completed);
}

#[test]
fn limits_that_make_no_sense_and_policies_that_cannot_hold_are_said_with_the_rest() {
    static SEAL: EventDeclaration = EventDeclaration::new(EventSpec {
        mandatory: true,
        ..EventSpec { event_type: "lock.open", resource_type: "lock", operation: "open", ..EventSpec::ACTION }
    });
    let builder = EventManager::builder(MemoryStore::new())
        .registry(Registry::of([Type(&LOCK), Event(&SEAL), Event(&TURN)]))
        .policy(Policy::new().off_event_type("lock.open"))
        .with_limits(|limits| {
            limits.payload = 11 * 1_024 * 1_024;
            limits.opening = Duration::ZERO;
            limits.open_operations = 0;
        })
        .expect::<Nuvlabox>();
    let error = builder.build().unwrap_err();
    let said = error.to_string();
    for part in ["EVT131", "EVT136", "EVT137", "limits.payload", "limits.opening", "limits.open_operations"] {
        assert!(said.contains(part), "{part} is not in: {said}");
    }
    assert_eq!(said.lines().count(), error.problems.len() + 1, "one line for each");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_manager_is_installed_at_a_time_and_a_scoped_one_goes_before_it() {
    let registry = || Registry::of([Type(Nuvlabox::DECLARATION), Event(&REBOOT)]);
    let (whole, scoped) = (MemoryStore::new(), MemoryStore::new());
    let builder = |store: &MemoryStore| {
        let builder = EventManager::builder(store.clone()).registry(registry());
        // The annotated handler is known by its explicit declaration.
        builder.declare(Event(&REBOOT))
    };
    let installed = builder(&whole).install().unwrap();
    // What it has open is not the second one's to close.
    whole.append(&Generator::new(1).events(50)).unwrap();
    let open = whole.open_operations().unwrap();
    assert!(!open.is_empty());
    let error = builder(&whole).with_limits(|limits| limits.opening = Duration::ZERO).install().unwrap_err();
    assert!(error.to_string().contains("a manager is installed already"), "{error}");
    assert_eq!(error.problems.len(), 2, "beside everything else that is wrong: {error}");
    builder(&whole).install().unwrap_err();
    assert_eq!(whole.open_operations().unwrap(), open);
    let mut trail = whole.trail();
    trail.events();

    scope(jane(), reboot(nuvlabox("1"))).await.unwrap();
    let other = builder(&scoped).build().unwrap();
    other.scope(scope(jane(), reboot(nuvlabox("2")))).await.unwrap();
    assert_events!(trail, "nuvlabox.reboot nuvlabox/1" => completed);
    assert_events!(scoped.trail(), "nuvlabox.reboot nuvlabox/2" => completed);

    assert!(installed.shutdown(fleet::LIMIT).await);
    let refused = scope(jane(), reboot(nuvlabox("3"))).await.unwrap_err().refusal();
    assert_eq!(refused.kind, RefusedKind::Unregistered, "it is no longer installed");
    builder(&whole).install().unwrap().shutdown(fleet::LIMIT).await;
}
