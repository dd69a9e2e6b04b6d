//! What the two events of an operation say: every key of the attribute, and everything a handler may add.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod fleet;

use std::{borrow::Cow, collections::BTreeSet, time::Duration};

use events::{
    Caller, Context, Ending, Event, EventDetails, EventManager, Href, Operation, Outcome, Record, Refused, Viewer,
    action, assert_events, category, emit, memory::MemoryStore, plain, resource, scope,
};
use events_core::{AboutResource, Clock, FilterExpression, Keys, SystemClock, with_older_view};
use fleet::{Answer, Deployment, Job, LIMIT, Nuvlabox, Problem, Store, jane, job, nuvlabox, recording};
use serde_json::{Value, json};

/// What is paid for.
#[category("billing")]
struct Billing;

#[derive(Record)]
struct RebootOptions {
    force: bool,
    #[record(rename = "grace")]
    grace_seconds: u32,
    #[record(skip)]
    password: &'static str,
}

#[derive(Record)]
struct Report {
    ok: bool,
}

impl Outcome for Report {
    fn ending(&self) -> Ending {
        Ending::from_status(200)
    }
}

#[action(
    event = "nuvlabox.reboot",
    category = Billing,
    subcategory = "maintenance",
    severity = "high",
    details(force: bool = options.force, attempts = 2_u8, note: Option<String> = None),
    payload(request = options, outcome, changed),
    message = "{caller} rebooted {resource} ({details.attempts} attempts)",
    linked = job("17"),
    tags("eu", "paid"),
    version = 3,
)]
async fn reboot(id: Href<Nuvlabox>, options: RebootOptions) -> Result<Report, Problem> {
    let operation = Operation::current();
    operation.link(&job("18"));
    operation.link("job/17");
    operation.tag("late");
    operation.detail("attempts", &3_u8);
    operation.detail("reached", &["ping", "ssh"]);
    operation.changed(&"ON", &"OFF");
    operation.payload("power", &plain(&json!({"watts": 3})));
    if options.password.is_empty() {
        Err(Problem::Broken("no \"password\"\n"))
    } else {
        Ok(Report { ok: options.force })
    }
}

#[action(event = "nuvlabox.add", payload(request = name), created = created)]
async fn add(name: String) -> Result<String, Problem> {
    Operation::current().content(&RebootOptions { force: false, grace_seconds: 1, password: "secret" });
    Ok(name)
}

#[action(event = "nuvlabox.import", resource = none, created = created)]
async fn import(name: String) -> Result<String, Problem> {
    Ok(name)
}

#[action(event = "nuvlabox.import-job", resource = none, created = created_job)]
async fn import_job(name: String) -> Result<String, Problem> {
    Ok(name)
}

#[action(event = "nuvlabox.describe")]
async fn describe(id: Href<Nuvlabox>, notes: &[&[String]]) -> Result<Answer, Problem> {
    for notes in notes {
        Operation::current().content(notes);
    }
    Ok(Answer(200))
}

#[action(event = "nuvlabox.measure", details(load))]
async fn measure(id: Href<Nuvlabox>, load: f64) -> Result<Answer, Problem> {
    Operation::current().detail("samples", &1_u8);
    Ok(Answer(200))
}

fn created(added: &Result<String, Problem>) -> Option<Href<Nuvlabox>> {
    added.as_ref().ok()?.parse().ok()
}

fn created_job(added: &Result<String, Problem>) -> Option<Href<Job>> {
    added.as_ref().ok()?.parse().ok()
}

/// An answer that says what it added.
struct Added(&'static str);

impl Outcome for Added {
    fn ending(&self) -> Ending {
        Ending::from_status(201)
    }

    fn created(&self) -> Option<Cow<'_, str>> {
        Some(self.0.into())
    }
}

#[action(event = "deployment.add")]
async fn deploy(id: &'static str) -> Result<Added, Problem> {
    Ok(Added(id))
}

#[action(event = "deployment.bulk-start")]
async fn start_all() -> Result<Answer, Problem> {
    Operation::current().message("two of three started");
    Ok(Answer(200))
}

#[derive(Record)]
struct Release {
    major: u32,
}

#[action(event = "deployment.update", details = Release { major: 2 }, ctx = context)]
async fn update(id: Href<Deployment>, context: &Context) -> Result<Answer, Problem> {
    Ok(Answer(200))
}

/// Whether it is reachable.
struct Check(bool);

#[action(event = "nuvlabox.check-api", outcome = ending, refused = unreachable_box)]
async fn check_api<T: AsRef<str>>(id: &Href<Nuvlabox>, api: T) -> Check {
    Check(api.as_ref() == "v2")
}

fn ending(check: &Check) -> Ending {
    Ending::from_status(if check.0 { 200 } else { 502 })
}

fn unreachable_box(_: Refused) -> Check {
    Check(false)
}

/// Methods are about their receiver.
#[resource(events("open", "seal"), category = "alarm", severity = "critical")]
struct Lock {
    id: Href<Lock>,
}

#[resource(events)]
impl Lock {
    #[action(event = "lock.open")]
    async fn open(&self) -> Result<Answer, Problem> {
        Ok(Answer(200))
    }

    #[action(event = "lock.seal", severity = "low", category = "user")]
    async fn seal(self) -> Result<Answer, Problem> {
        drop(self);
        Ok(Answer(200))
    }
}

#[derive(EventDetails)]
#[event("nuvlabox.state-changed", category = "state", resource = Nuvlabox, message = "{resource} is {details.new-state}")]
struct StateChanged {
    old_state: Option<String>,
    new_state: String,
}

#[derive(EventDetails)]
#[event("nuvlabox.adopted", resource = Nuvlabox, linked(parent, job))]
struct Adopted {
    parent: Option<Href<Nuvlabox>>,
    #[record(skip)]
    job: Href<fleet::Job>,
}

#[action(event = "nuvlabox.adopt", resource = "nuvlabox/1")]
async fn adopt(deeper: bool) -> Result<Vec<Operation>, Problem> {
    let here = Operation::current();
    let below = if deeper { Box::pin(adopt(false)).await? } else { Vec::new() };
    Ok([vec![here], below].concat())
}

struct Recording {
    store: MemoryStore,
    manager: EventManager,
}

impl Recording {
    fn start() -> Self {
        let (store, manager) = recording();
        Self { store, manager }
    }

    async fn by_jane<F: Future>(&self, handler: F) -> F::Output {
        self.manager.scope(scope(jane(), handler)).await
    }

    /// The only operation, or the opening and whatever followed.
    fn pair(&self) -> [Event; 2] {
        self.store.events().try_into().unwrap()
    }

    /// The documents as they are stored, with what differs from run to run replaced.
    fn documents(&self) -> Vec<String> {
        let events = self.store.events();
        let stored = events::Journal::read(&self.store, events::Seq(1), 100, 1 << 20).unwrap();
        let documents = stored.iter().zip(&events).map(|(stored, event)| {
            let mut text = String::from_utf8(stored.document.to_vec()).unwrap();
            for (number, other) in events.iter().enumerate() {
                text = text.replace(&other.id.to_string(), &format!("event/<{}>", number + 1));
            }
            let mut hide = |what: Option<String>, by: &str| {
                if let Some(what) = what {
                    text = text.replace(&what, by);
                }
            };
            hide(Some(event.timestamp.to_string()), "<time>");
            hide(Some(event.created.to_string()), "<time>");
            hide(event.process.clone(), "<process>");
            hide(event.duration_ms.map(|took| format!("\"duration-ms\":{took},")), "\"duration-ms\":<took>,");
            text.replace("\",\"", "\",\n\"").replace("],\"", "],\n\"").replace("},\"", "},\n\"")
        });
        documents.collect()
    }
}

fn options(password: &'static str) -> RebootOptions {
    RebootOptions { force: true, grace_seconds: 9, password }
}

#[tokio::test(flavor = "multi_thread")]
async fn both_documents_of_an_operation_are_as_the_contract_says() {
    let recording = Recording::start();
    let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let caller = Caller::user("user/jane").unwrap().in_session("session/5").unwrap().acting_as("group/fleet").unwrap();
    let handler = reboot(nuvlabox("1"), options("secret"));
    recording.manager.scope(scope(Context::new(caller).with_trace(trace), handler)).await.unwrap();
    let [opening, closing] = &recording.documents()[..] else { panic!("an opening and a closing") };

    let expected = r#"{"id":"event/<1>",
"resource-type":"event",
"event-type":"nuvlabox.reboot",
"phase":"requested",
"category":"billing",
"subcategory":"maintenance",
"severity":"high",
"timestamp":"<time>",
"created":"<time>",
"resource":{"href":"nuvlabox/1",
"type":"nuvlabox"},
"linked-identifiers":["job/17"],
"tags":["eu",
"paid"],
"authn-info":{"user-id":"user/jane",
"active-claim":"group/fleet",
"session-id":"session/5",
"claims":["user/jane",
"group/nuvla-anon",
"session/5"]},
"root":"event/<1>",
"process":"<process>",
"message":"user/jane rebooted nuvlabox/1 (2 attempts): requested",
"details":{"force":true,"attempts":2},
"payload":{"request":{"force":true,"grace":9}},
"acl":{"owners":["group/fleet"]},
"traceparent":"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
"version":3}"#;
    assert_eq!(opening.replace("\",\"version", "\",\n\"version"), expected);

    let expected = r#"{"id":"event/<2>",
"resource-type":"event",
"event-type":"nuvlabox.reboot.completed",
"phase":"completed",
"category":"billing",
"subcategory":"maintenance",
"severity":"high",
"timestamp":"<time>",
"created":"<time>",
"resource":{"href":"nuvlabox/1",
"type":"nuvlabox"},
"linked-identifiers":["job/17",
"job/18"],
"tags":["eu",
"paid",
"late"],
"authn-info":{"user-id":"user/jane",
"active-claim":"group/fleet",
"session-id":"session/5",
"claims":["user/jane",
"group/nuvla-anon",
"session/5"]},
"parent":"event/<1>",
"root":"event/<1>",
"success":true,"duration-ms":<took>,"message":"user/jane rebooted nuvlabox/1 (3 attempts)",
"details":{"attempts":3,"force":true,"reached":["ping",
"ssh"]},
"payload":{"changed":{"before":"ON",
"after":"OFF"},
"power":{"watts":3},
"outcome":{"ok":true}},
"acl":{"owners":["group/fleet"]},
"traceparent":"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
"version":3}"#;
    assert_eq!(closing, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_closing_says_why() {
    let recording = Recording::start();
    recording.by_jane(reboot(nuvlabox("1"), options(""))).await.map(|_| ()).unwrap_err();
    let [_, closing] = recording.pair();
    assert_eq!(closing.failure.unwrap().message.as_deref(), Some("no \"password\"\n"));
    assert_eq!(closing.message.as_deref(), Some("user/jane rebooted nuvlabox/1 (3 attempts): failed (error)"));
    let payload = closing.payload.unwrap();
    assert!(payload.get("outcome").is_none(), "an error is no outcome to replay");
    assert!(payload.get("changed").is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_added_is_known_at_the_end() {
    let recording = Recording::start();
    recording.by_jane(add("roof".into())).await.unwrap();
    let [opening, closing] = recording.pair();
    assert_eq!((opening.category.as_str(), opening.resource.href), ("crud", None));
    assert_eq!(opening.payload, Some(json!({"request": "roof"})));
    assert_eq!(opening.message.as_deref(), Some("user/jane added a nuvlabox: requested"));
    assert_eq!(closing.resource.href.as_deref(), Some("nuvlabox/roof"));
    assert_eq!(closing.message.as_deref(), Some("user/jane added nuvlabox/roof"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_outcome_says_what_was_added() {
    for (said, href) in [("deployment/9", "deployment/9"), ("9", "deployment/9")] {
        let recording = Recording::start();
        recording.by_jane(deploy(said)).await.map(|_| ()).unwrap();
        assert_eq!(recording.pair()[1].resource.href.as_deref(), Some(href));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bulk_operation_is_about_its_type_and_says_its_own_sentence() {
    let recording = Recording::start();
    recording.by_jane(start_all()).await.unwrap();
    let [opening, closing] = recording.pair();
    assert_eq!((opening.resource.href, opening.resource.resource_type.as_str()), (None, "deployment"));
    assert_eq!(closing.message.as_deref(), Some("two of three started"));
}

#[tokio::test(flavor = "multi_thread")]
async fn details_are_an_object_and_the_context_an_argument() {
    let recording = Recording::start();
    let context = fleet::context("user/steve");
    recording.manager.scope(update("7".parse().unwrap(), &context)).await.unwrap();
    for event in recording.store.events() {
        assert_eq!(Value::Object(event.details), json!({"major": 2}));
        assert_eq!(event.authn_info.user_id.unwrap().as_str(), "user/steve");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn functions_read_the_ending_of_any_return_type() {
    let recording = Recording::start();
    let mut trail = recording.store.trail();
    assert!(recording.by_jane(check_api(&nuvlabox("1"), "v2")).await.0);
    assert!(!recording.by_jane(check_api(&nuvlabox("1"), String::from("v1"))).await.0);
    assert_events!(trail,
        "nuvlabox.check-api nuvlabox/1" => completed,
        "nuvlabox.check-api nuvlabox/1" => failed(status),
    );
    let closing = recording.store.events().pop().unwrap();
    assert_eq!(closing.failure.unwrap().status, Some(502));
    // Without a context it is refused, and the function says how.
    assert!(!recording.manager.scope(check_api(&nuvlabox("1"), "v2")).await.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn methods_are_about_their_receiver_and_types_have_defaults() {
    let recording = Recording::start();
    let lock = Lock { id: "5".parse().unwrap() };
    recording.by_jane(lock.open()).await.unwrap();
    recording.by_jane(lock.seal()).await.unwrap();
    let said: Vec<_> = recording
        .store
        .events()
        .into_iter()
        .map(|event| (event.resource.href.unwrap(), event.category, event.severity.as_str()))
        .collect();
    assert_eq!(said[0], ("lock/5".to_owned(), "alarm".to_owned(), "critical"));
    assert_eq!(said[2], ("lock/5".to_owned(), "user".to_owned(), "low"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_direct_event_is_as_the_contract_says() {
    let recording = Recording::start();
    let changed = StateChanged { old_state: None, new_state: "ACTIVATED".into() };
    let id = nuvlabox("1");
    let emitted = recording.by_jane(emit(&id, changed)).await.unwrap();
    assert_eq!(emitted, Some(recording.store.events()[0].id));
    let expected = r#"{"id":"event/<1>",
"resource-type":"event",
"event-type":"nuvlabox.state-changed",
"phase":"occurred",
"category":"state",
"severity":"medium",
"timestamp":"<time>",
"created":"<time>",
"resource":{"href":"nuvlabox/1",
"type":"nuvlabox"},
"authn-info":{"user-id":"user/jane",
"active-claim":"user/jane",
"claims":["user/jane",
"group/nuvla-anon"]},
"message":"nuvlabox/1 is ACTIVATED",
"details":{"new-state":"ACTIVATED"},
"acl":{"owners":["user/jane"]}}"#;
    assert_eq!(recording.documents(), [expected]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_direct_event_links_what_its_fields_hold() {
    let recording = Recording::start();
    for parent in [Some(nuvlabox("2")), None] {
        recording.by_jane(emit(&nuvlabox("1"), Adopted { parent, job: job("7") })).await.unwrap();
    }
    let [with, without] = recording.pair();
    assert_eq!(with.linked_identifiers, ["nuvlabox/2", "job/7"]);
    assert_eq!(Value::Object(with.details), json!({ "parent": "nuvlabox/2" }));
    assert_eq!((&without.linked_identifiers[..], without.details.len()), (&["job/7".to_owned()][..], 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operation_knows_the_root_that_it_follows_from() {
    let recording = Recording::start();
    let [outer, inner] = &recording.by_jane(adopt(true)).await.unwrap()[..] else { panic!("two operations") };
    assert_eq!((outer.root(), inner.root()), (outer.id(), outer.id()));
    assert_ne!(inner.id(), outer.id());
    assert_eq!(Operation::current().root(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_is_read_back_as_it_was_written() {
    for store in Store::each() {
        let manager = store.manager();
        let load = 99.999_999_999_999_99;
        manager.scope(scope(jane(), measure(nuvlabox("1"), load))).await.unwrap();
        let events = store.trail().events();
        assert!(events.iter().all(|event| event.details["load"].as_f64() == Some(load)), "{events:?}");
        let below = "details/load<100".parse::<FilterExpression>().unwrap().filter(SystemClock.now()).unwrap();
        assert_eq!(manager.count(&below, &Viewer::admin()).await.unwrap().events, 2, "{}", store.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tree_that_a_time_limit_cut_says_so() {
    for (within, is_cut) in [(LIMIT, false), (Duration::ZERO, true)] {
        let store = Store::sqlite();
        let manager = store.builder().with_limits(|limits| limits.search = within).build().unwrap();
        manager.scope(scope(jane(), reboot(nuvlabox("1"), options("secret")))).await.unwrap();
        let events = store.trail().events();
        let (root, admin) = (events[0].id, Viewer::admin());
        let tree = manager.tree(root, &admin).await.unwrap();
        assert_eq!((tree.cut, tree.events.len() == events.len()), (is_cut, !is_cut));
        let children = manager.children(root, &admin).await.unwrap();
        assert_eq!((children.cut, children.events.len()), (is_cut, usize::from(!is_cut)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_categories_are_the_seven_and_those_that_are_declared() {
    let recording = Recording::start();
    let known = recording.manager.registry().unwrap().categories();
    assert_eq!(known, ["action", "alarm", "billing", "crud", "email", "state", "system", "user"]);
}

#[tokio::test]
async fn what_an_operation_of_any_name_made_is_what_its_closing_is_about() {
    let (store, manager) = recording();
    manager.scope(scope(jane(), import("nuvlabox/9".to_owned()))).await.unwrap();
    manager.scope(scope(jane(), import("no href".to_owned()))).await.unwrap();
    manager.scope(scope(jane(), import_job("job/17".to_owned()))).await.unwrap();
    let about: Vec<_> =
        store.events().into_iter().map(|event| (event.resource.href, event.linked_identifiers)).collect();
    let own = [None, Some("nuvlabox/9"), None, None].map(|href| (href.map(str::to_owned), Vec::new()));
    let of_another_type = [(None, Vec::new()), (None, vec!["job/17".to_owned()])];
    assert_eq!(about, [&own[..], &of_another_type[..]].concat());
}

#[tokio::test]
async fn what_the_resource_is_like_stands_in_the_closing() {
    let (store, manager) = recording();
    manager.scope(scope(jane(), add("nuvlabox/9".to_owned()))).await.unwrap();
    let notes = ["first", "second"].map(|note| vec![note.to_owned(); 3]);
    manager.scope(scope(jane(), describe(nuvlabox("1"), &[&notes[0], &notes[1]]))).await.unwrap();
    let large = vec!["x".repeat(1_000); 100];
    manager.scope(scope(jane(), describe(nuvlabox("1"), &[&notes[0], &large]))).await.unwrap();
    let events = store.events();
    let [opening, added, _, described, _, cut] = &events[..] else { panic!("{}", events.len()) };
    assert_eq!(opening.resource.content, None);
    let resource = json!({ "href": "nuvlabox/9", "type": "nuvlabox", "content": { "force": false, "grace": 1 } });
    assert_eq!(serde_json::to_value(&added.resource).unwrap(), resource, "and nothing that is left out of records");
    assert_eq!(described.resource.content, Some(json!(notes[1])), "what was said last");
    let content = cut.resource.content.as_ref().unwrap();
    assert_eq!((&content["truncated"], &cut.tags[..]), (&json!(true), &["truncated".to_owned()][..]));
    assert!(content["head"].as_str().unwrap().starts_with("[\"xxx"), "{content}");
    // Older consumers find it where they look, and nobody searches by it.
    let found = manager.get(added.id, &Viewer::admin()).await.unwrap().unwrap();
    let view: Value = serde_json::from_slice(&with_older_view(found.stored()).unwrap()).unwrap();
    assert_eq!(view["content"]["resource"]["content"], json!({ "force": false, "grace": 1 }));
    let without = Event { resource: AboutResource { content: None, ..added.resource.clone() }, ..added.clone() };
    let without = serde_json::to_vec(&without).unwrap();
    let keys = |document| Keys::of(document).unwrap().keys.into_iter().collect::<BTreeSet<_>>();
    assert_eq!(keys(found.stored()), keys(&without));
}
