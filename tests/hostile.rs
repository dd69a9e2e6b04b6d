//! Whatever a caller sends: it is capped and marked, or refused with a reason, and what waits for the store is
//! bounded in bytes.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod fleet;

use std::{
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use events::{
    Bytes, Caller, Claim, Closing, Context, Details, Ending, Event, EventDeclaration, EventDetails, EventFor,
    EventManager, Href, Journal, Links, Operation, Phase, RefusedKind, action, emit, memory::MemoryStore, plain, scope,
};
use fleet::{Answer, Nuvlabox, Problem, jane, nuvlabox, patient, recording, until};
use serde_json::{Value, json};
use tokio::{sync::watch, task::JoinSet};

#[action(event = "nuvlabox.update", details(note), payload(request = note))]
async fn update(id: Href<Nuvlabox>, note: &str, says: impl FnOnce(&Operation)) -> Result<Answer, Problem> {
    says(&Operation::current());
    Ok(Answer(200))
}

#[action(event = "nuvlabox.upload", payload(request = body))]
async fn upload(id: Href<Nuvlabox>, body: Arc<String>, mut go_on: watch::Receiver<bool>) -> Result<Answer, Problem> {
    go_on.wait_for(|go_on| *go_on).await.unwrap();
    Operation::current().payload("received", &body);
    Ok(Answer(201))
}

#[action(event = "deployment.start", resource = name, linked = name)]
async fn start(name: &str) -> Result<Answer, Problem> {
    Ok(Answer(200))
}

#[action(event = "deployment.update", resource = name, deferred)]
async fn plan_update(name: &str, plan: &str) -> Result<Answer, Problem> {
    Operation::current().payload("plan", &plan);
    Ok(Answer(202))
}

#[derive(EventDetails)]
#[event("nuvlabox.state-changed", category = "state", resource = Nuvlabox)]
struct StateChanged {
    new_state: String,
}

/// Links whatever it was given.
struct Adopted(usize);

impl EventDetails for Adopted {
    const DECLARATION: &'static EventDeclaration = StateChanged::DECLARATION;

    fn linked(&self, links: &mut Links<'_>) {
        for number in 0..self.0 {
            links.link(&nuvlabox(&number.to_string()));
        }
    }

    fn record(&self, details: &mut Details<'_>) {
        details.field("new-state", &"ADOPTED");
    }
}

impl EventFor<Nuvlabox> for Adopted {}

struct Recording {
    store: MemoryStore,
    manager: EventManager,
}

impl Recording {
    fn start() -> Self {
        let (store, manager) = recording();
        Self { store, manager }
    }

    /// Opening and closing of an update with this note.
    async fn updated(&self, note: &str, says: impl FnOnce(&Operation)) -> [Event; 2] {
        let before = self.store.len();
        self.manager.scope(scope(jane(), update(nuvlabox("1"), note, says))).await.unwrap();
        self.store.events().split_off(before).try_into().unwrap()
    }
}

fn is_marked(event: &Event) -> bool {
    event.tags.iter().any(|tag| tag == "truncated")
}

/// Strings that somebody tries in every field.
fn nasty() -> Vec<String> {
    let mut nasty: Vec<String> =
        ["", "\"", "\\", "</script>", "\u{0}\u{1}\u{1f}\u{7f}", "a\r\nb", "\u{202e}evil", "🦀\u{fffd}"]
            .into_iter()
            .map(str::to_owned)
            .collect();
    nasty.extend(["é".repeat(300), "\"\\".repeat(400), "\u{1}".repeat(600), "🦀".repeat(5_000), "x".repeat(100_000)]);
    nasty
}

#[tokio::test(flavor = "multi_thread")]
async fn however_much_an_event_links_is_bounded() {
    let recording = Recording::start();
    let emitted = recording.manager.scope(scope(jane(), emit(&nuvlabox("0"), Adopted(100_000)))).await;
    assert!(emitted.unwrap().is_some());
    let event = recording.store.events().pop().unwrap();
    let bytes: usize = event.linked_identifiers.iter().map(String::len).sum();
    assert!(is_marked(&event) && (50_000..70_000).contains(&bytes), "{bytes}");
}

#[tokio::test(flavor = "multi_thread")]
async fn any_string_in_any_place_leaves_events_that_read_back() {
    let recording = Recording::start();
    for text in nasty() {
        println!("{} bytes of {:?}", text.len(), text.chars().next());
        let says = |operation: &Operation| {
            operation.link(text.as_str());
            operation.tag(&text);
            operation.detail(&text, &text);
            operation.detail("list", &[&text, &text]);
            operation.payload(&text, &text);
            operation.payload("plain", &plain(&json!({ text.as_str(): [text] })));
            operation.message(text.clone());
        };
        let [opening, closing] = recording.updated(&text, says).await;
        // Names of fields have 256 bytes, items of lists 512, strings in details 8 KiB.
        for (event, cap) in [(&opening, 8_192), (&closing, 256)] {
            assert_eq!(is_marked(event), text.len() > cap, "what is cut is marked, nothing else is");
            let Value::String(note) = &event.details["note"] else { panic!("a string") };
            assert!(
                note == &text
                    || note.len() <= 8_192 && note.ends_with('…') && text.starts_with(note.trim_end_matches('…'))
            );
            assert!(event.linked_identifiers.iter().chain(&event.tags).all(|item| item.len() <= 512));
        }
        assert!(closing.message.unwrap().len() <= 8_192);

        let id = nuvlabox("1");
        recording.manager.scope(scope(jane(), emit(&id, StateChanged { new_state: text }))).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payload_beyond_its_limit_leaves_its_head_and_its_size() {
    let recording = Recording::start();
    let text = "é".repeat(50_000);
    let [opening, _] = recording.updated(&text, |_| {}).await;
    let request = &opening.payload.as_ref().unwrap()["request"];
    assert_eq!(request["truncated"], true);
    assert_eq!(request["bytes"], text.len() + 2, "as JSON");
    let Value::String(head) = &request["head"] else { panic!("{request}") };
    assert!(
        head.len() <= 1_024 && head.len() > 1_000 && head.trim_start_matches('"').chars().all(|c| c == 'é'),
        "{head}"
    );
    assert!(is_marked(&opening));

    let [opening, _] = recording.updated(&"x".repeat(8_000), |_| {}).await;
    assert_eq!(opening.payload.unwrap()["request"].as_str().unwrap().len(), 8_000);
    assert!(opening.tags.is_empty(), "nothing was cut");
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_bounded() {
    let recording = Recording::start();
    let says = |operation: &Operation| {
        for number in 0..2_000 {
            operation.link(&format!("job/{number}"));
            operation.tag(&format!("tag-{number}"));
            operation.detail(&format!("detail-{number}"), &number);
        }
    };
    let [_, closing] = recording.updated("", says).await;
    let lens = (closing.linked_identifiers.len(), closing.tags.len(), closing.details.len());
    assert!(lens.0 == 1_000 && lens.1 <= 1_001 && lens.2 <= 1_001, "{lens:?}");
    assert!(is_marked(&closing), "what was left out is marked");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_closes_a_deferred_operation_is_capped_and_marked_too() {
    let recording = Recording::start();
    let mut trail = recording.store.trail();
    for (text, is_cut) in nasty().into_iter().map(|text| (text.clone(), text.len() > 8_192)) {
        recording.manager.scope(scope(jane(), plan_update("7", ""))).await.unwrap();
        let operation = recording.manager.open_operations().await.unwrap()[0].id;
        let closing = Closing::new(Ending::COMPLETED).message(text.clone()).detail("note", &text).link("job/1");
        recording.manager.close(operation, closing).await.unwrap();
        let closing = trail.events().pop().unwrap();
        assert_eq!(is_marked(&closing), is_cut);
        assert!(closing.message.unwrap().len() <= 8_192);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_deferred_operations_said_takes_no_room_while_they_are_open() {
    let store = MemoryStore::new();
    let builder = patient(store.clone()).with_limits(|limits| limits.waiting_payload = 1 << 20);
    let manager = builder.build().unwrap();
    let large = "x".repeat(50_000);
    for number in 0..100 {
        manager.scope(scope(jane(), plan_update(&number.to_string(), &large))).await.unwrap();
    }
    // Its request is recorded whole.
    let note = "y".repeat(8_000);
    manager.scope(scope(jane(), update(nuvlabox("1"), &note, |_| {}))).await.unwrap();
    assert_eq!(store.events()[100].payload.as_ref().unwrap()["request"], note);

    for open in manager.open_operations().await.unwrap() {
        manager.close(open.id, Ending::COMPLETED).await.unwrap();
        let closing = store.events().pop().unwrap();
        assert!(closing.payload.as_ref().unwrap()["plan"] == large && !is_marked(&closing));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_href_that_is_none_is_refused_with_a_reason() {
    let recording = Recording::start();
    for text in nasty().into_iter().chain(["deployment/a/b".into(), "Deployment/1".into(), "nuvlabox/1".into()]) {
        let refused = recording.manager.scope(scope(jane(), start(&text))).await.unwrap_err().refusal();
        assert_eq!(refused.kind, RefusedKind::BadDocument);
        assert!(refused.to_string().len() < 1_000, "a reason, not the whole of what was sent");
        assert!(!refused.to_string().contains(char::is_control), "nothing that garbles a log: {refused:?}");
    }
    assert!(recording.store.is_empty());
}

#[test]
fn claims_that_are_none_do_not_become_callers() {
    for text in ["", "a b", "a\u{0}", "a\n", &"x".repeat(513)] {
        assert!(text.parse::<Claim>().is_err() && Caller::user(text).is_err(), "{text:?}");
    }
    assert!("x".repeat(512).parse::<Claim>().is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trace_that_is_none_is_left_out() {
    let recording = Recording::start();
    for trace in nasty()
        .iter()
        .map(String::as_str)
        .chain(["00-0-0-0", "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"])
    {
        let context: Context = jane().with_trace(trace);
        recording.manager.scope(scope(context, update(nuvlabox("1"), "", |_| {}))).await.unwrap();
    }
    assert!(recording.store.events().iter().all(|event| event.traceparent.is_none()));
}

/// Runs a test in a process of its own that may use half a gigabyte of addresses.
fn within_half_a_gigabyte(test: &str, body: impl Future<Output = ()>) {
    const INSIDE: &str = "EVENTS_WITHIN_A_LIMIT";
    if std::env::var_os(INSIDE).is_some() {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        return runtime.block_on(body);
    }
    let program = std::env::current_exe().unwrap();
    let mut limited = Command::new("sh");
    limited.args(["-c", "ulimit -v 524288 && exec \"$0\" --exact \"$1\" --nocapture"]).arg(program).arg(test);
    let output = limited.env(INSIDE, "1").output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && out.contains("1 passed"), "{}\n{out}\n{err}", output.status);
}

const IN_FLIGHT: usize = 8_192;
const TEN_MEGABYTES: usize = 10_000_000;

#[test]
fn thousands_of_operations_that_record_one_large_value_fit_into_memory() {
    within_half_a_gigabyte("thousands_of_operations_that_record_one_large_value_fit_into_memory", async {
        let store = MemoryStore::new();
        let builder = patient(store.clone()).with_limits(|limits| limits.opening = fleet::LIMIT);
        let manager = builder.build().unwrap();
        let body = Arc::new("x".repeat(TEN_MEGABYTES));
        let (go_on, wait) = watch::channel(false);
        let mut running = JoinSet::new();
        for number in 0..IN_FLIGHT {
            let handler = upload(nuvlabox(&number.to_string()), body.clone(), wait.clone());
            running.spawn(manager.scope(scope(jane(), handler)));
        }
        until("all are in flight", || store.len() == IN_FLIGHT).await;
        go_on.send(true).unwrap();
        while let Some(answer) = running.join_next().await {
            assert_eq!(answer.unwrap(), Ok(Answer(201)));
        }
        until("all are closed", || store.len() == 2 * IN_FLIGHT).await;
        let events = store.events();
        assert!(events.iter().all(is_marked));
        assert_eq!(events[0].payload.as_ref().unwrap()["request"]["bytes"], TEN_MEGABYTES + 2);
        assert_eq!(events.iter().filter(|event| event.phase == Phase::Completed).count(), IN_FLIGHT);
    });
}

/// A journal that counts and forgets.
#[derive(Clone, Default)]
struct Sink {
    events: Arc<AtomicUsize>,
    largest: Arc<AtomicUsize>,
    hangs: Arc<AtomicBool>,
}

impl Journal for Sink {
    fn append(&self, entries: &[events::Entry]) -> Result<Vec<events::Appended>, events::AppendError> {
        while self.hangs.load(Ordering::SeqCst) {
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        let largest = entries.iter().map(|entry| entry.document.len()).max().unwrap_or_default();
        self.largest.fetch_max(largest, Ordering::SeqCst);
        let first = self.events.fetch_add(entries.len(), Ordering::SeqCst) as u64;
        Ok((first..).zip(entries).map(|(seq, _)| events::Appended::Stored(events::Seq(seq + 1))).collect())
    }

    fn get(&self, _id: events::EventId) -> Result<Option<Bytes>, events::JournalError> {
        Ok(None)
    }

    fn read(
        &self,
        _from: events::Seq,
        _limit: usize,
        _bytes: usize,
    ) -> Result<Vec<events::Sequenced>, events::JournalError> {
        Ok(Vec::new())
    }

    fn last_seq(&self) -> events::Seq {
        events::Seq(0)
    }

    fn open_operations(&self) -> Result<Vec<events::OpenOperation>, events::JournalError> {
        Ok(Vec::new())
    }

    fn note(&self, _operation: events::EventId) -> Result<Option<Bytes>, events::JournalError> {
        Ok(None)
    }

    fn search(&self) -> Arc<dyn events::Search> {
        Arc::new(MemoryStore::new())
    }

    fn bookmarks(&self) -> Arc<dyn events::Bookmarks> {
        MemoryStore::new().bookmarks()
    }
}

/// Starts operations that record ten megabytes whole, and answers how many ran and how many were refused.
async fn uploads(manager: &EventManager, count: usize) -> (usize, usize) {
    let body = Arc::new("x".repeat(TEN_MEGABYTES));
    let (_go_on, wait) = watch::channel(true);
    let mut running = JoinSet::new();
    for number in 0..count {
        let handler = upload(nuvlabox(&number.to_string()), body.clone(), wait.clone());
        running.spawn(manager.scope(scope(jane(), handler)));
    }
    let (mut ran, mut refused) = (0, 0);
    while let Some(answer) = running.join_next().await {
        match answer.unwrap() {
            Ok(_) => ran += 1,
            Err(problem) => {
                assert_eq!(problem.refusal().kind, RefusedKind::Storage);
                refused += 1;
            }
        }
    }
    (ran, refused)
}

#[test]
fn payloads_that_are_recorded_whole_pass_through_bounded_memory() {
    within_half_a_gigabyte("payloads_that_are_recorded_whole_pass_through_bounded_memory", async {
        let sink = Sink::default();
        let builder = patient(sink.clone()).with_limits(|limits| {
            limits.payload = 10 << 20;
            limits.opening = fleet::LIMIT;
        });
        let manager = builder.build().unwrap();
        // A gigabyte on openings, and as much on closings.
        let (ran, refused) = uploads(&manager, 100).await;
        assert_eq!((ran, refused), (100, 0));
        until("all are closed", || sink.events.load(Ordering::SeqCst) == 200).await;
        assert!(sink.largest.load(Ordering::SeqCst) > TEN_MEGABYTES, "recorded whole");
    });
}

#[test]
fn payloads_that_find_no_room_before_a_store_that_hangs_are_refused() {
    within_half_a_gigabyte("payloads_that_find_no_room_before_a_store_that_hangs_are_refused", async {
        let sink = Sink::default();
        sink.hangs.store(true, Ordering::SeqCst);
        let builder = patient(sink.clone()).with_limits(|limits| {
            (limits.payload, limits.opening) = (10 << 20, std::time::Duration::from_secs(2));
        });
        let manager = builder.build().unwrap();
        assert_eq!(uploads(&manager, IN_FLIGHT).await, (0, IN_FLIGHT));

        sink.hangs.store(false, Ordering::SeqCst);
        until("nothing waits", || manager.metrics().waiting_events == 0).await;
        assert_eq!(sink.events.load(Ordering::SeqCst) % 2, 0, "an opening and its refusal, or nothing");
        assert_eq!(uploads(&manager, 1).await, (1, 0));
        until("nothing is open", || manager.metrics().open_operations == 0).await;
    });
}
