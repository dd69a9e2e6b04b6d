//! Whatever handlers record: an event has an end, and so has the memory that events take until they are stored.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod fleet;

use std::{
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use events::{
    Acl, AnyHref, AppendError, Appended, Bookmarks, BoxFuture, Bytes, CloseError, Closing, Ending, Entry, Event,
    EventDetails, EventId, Href, Journal, JournalError, OpenOperation, Operation, ResourceDirectory, Search, Seq,
    Sequenced, action, emit,
    memory::{Fault, MemoryStore},
    scope,
};
use fleet::{Answer, LIMIT, Nuvlabox, Problem, jane, nuvlabox, patient, recording, until};
use tokio::{
    sync::{Barrier, watch},
    task::JoinSet,
};

#[action(event = "nuvlabox.update", details(size: usize = large.len(), large, more: Vec<String> = large.to_vec(), last = true))]
async fn update(id: Href<Nuvlabox>, large: &[String], says: impl AsyncFnOnce(Operation)) -> Result<Answer, Problem> {
    says(Operation::current()).await;
    Ok(Answer(200))
}

#[action(event = "nuvlabox.upload", payload(request = note))]
async fn upload(id: Href<Nuvlabox>, note: &'static str) -> Result<Answer, Problem> {
    Ok(Answer(200))
}

#[action(
    event = "nuvlabox.replace",
    details(large),
    payload(request = note),
    message = "{caller} replaced {details.large} of {resource}"
)]
async fn replace(id: Href<Nuvlabox>, large: &[String], note: &'static str) -> Result<Answer, Problem> {
    Ok(Answer(200))
}

#[action(event = "nuvlabox.install", deferred)]
async fn install(id: Href<Nuvlabox>) -> Result<Answer, Problem> {
    Ok(Answer(202))
}

#[derive(EventDetails)]
#[event("nuvlabox.state-changed", category = "state", resource = Nuvlabox)]
struct StateChanged {
    new_state: &'static str,
    large: Vec<String>,
    more: Vec<String>,
}

/// About so many bytes; a single string is cut at 8 KiB.
fn large(bytes: usize) -> Vec<String> {
    vec!["x".repeat(1_000); bytes / 1_000]
}

fn is_marked(event: &Event) -> bool {
    event.tags.iter().any(|tag| tag == "truncated")
}

fn bytes_of(value: &impl serde::Serialize) -> usize {
    serde_json::to_vec(value).unwrap().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn details_lists_and_payload_of_an_event_are_bounded_in_sum() {
    let store = MemoryStore::new();
    let manager = patient(store.clone()).build().unwrap();
    let large = large(40_000);
    let says = async |operation: Operation| {
        for number in 0..100 {
            operation.detail(&format!("detail-{number}"), &large);
            operation.payload(&format!("part-{number}"), &large);
            operation.link(&format!("job/{number}{}", "x".repeat(2_000)));
            operation.tag(&format!("{number}{}", "x".repeat(2_000)));
            operation.visible_to(format!("user/{number}{}", "x".repeat(400)).parse().unwrap());
        }
        operation.detail("small", &1);
    };
    manager.scope(scope(jane(), update(nuvlabox("1"), &large, says))).await.unwrap();
    let events = store.events();
    let [opening, closing] = &events[..] else { panic!("{}", events.len()) };
    for event in [opening, closing] {
        assert!(is_marked(event));
        assert_eq!((&event.details["size"], &event.details["last"]), (&40.into(), &true.into()), "what fits is there");
        assert_eq!(event.details["large"], serde_json::json!(large));
        assert!(!event.details.contains_key("more"), "what does not is left out");
    }
    assert_eq!(closing.details["small"], 1);
    assert!(bytes_of(&opening.details) <= 65_536 && bytes_of(&closing.details) <= 2 * 65_536);
    assert!(bytes_of(&closing.linked_identifiers) <= 66_000 && bytes_of(&closing.tags) <= 66_000);
    assert!(bytes_of(&closing.payload) <= 66_000 && bytes_of(&closing.acl) <= 66_000);
    let payload = closing.payload.as_ref().unwrap();
    assert_eq!(payload["part-0"], serde_json::json!(large), "the first is whole");
    assert_eq!(payload["part-1"]["bytes"], bytes_of(&large), "of others there is the head");
}

#[tokio::test(flavor = "multi_thread")]
async fn details_of_a_direct_event_are_bounded_in_sum() {
    let store = MemoryStore::new();
    let manager = patient(store.clone()).build().unwrap();
    let id = nuvlabox("1");
    let changed = StateChanged { new_state: "ACTIVATED", large: large(40_000), more: large(40_000) };
    manager.scope(scope(jane(), emit(&id, changed))).await.unwrap();
    let event = store.events().pop().unwrap();
    assert!(is_marked(&event) && event.details.contains_key("large") && !event.details.contains_key("more"));
    assert_eq!(event.details["new-state"], "ACTIVATED");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_is_said_again_takes_the_room_of_the_first() {
    let store = MemoryStore::new();
    let builder = patient(store.clone()).with_limits(|limits| limits.waiting_payload = 200_000);
    let manager = builder.build().unwrap();
    let large = large(60_000);
    let says = async |operation: Operation| {
        for number in 0..50 {
            operation.detail("again", &number);
            operation.detail("again", &large);
            operation.payload("again", &large);
        }
    };
    manager.scope(scope(jane(), update(nuvlabox("1"), &[], says))).await.unwrap();
    let closing = store.events().pop().unwrap();
    assert_eq!(closing.details["again"], serde_json::json!(large));
    assert_eq!(closing.payload.unwrap()["again"]["truncated"], true, "half of the room is for others");
}

/// Details that nearly all operations have are recorded, whatever others take.
#[tokio::test(flavor = "multi_thread")]
async fn where_there_is_no_room_large_details_are_left_out_and_small_ones_are_not() {
    let store = MemoryStore::new();
    let builder = patient(store.clone()).with_limits(|limits| {
        limits.waiting_payload = 300_000;
        limits.opening = LIMIT;
    });
    let manager = builder.build().unwrap();
    let (go_on, wait) = watch::channel(false);
    let mut running = JoinSet::new();
    for number in 0..20 {
        let mut wait = wait.clone();
        let handler = async move {
            let says = async |operation: Operation| {
                operation.detail("said", &large(20_000));
                operation.detail("small", &number);
                wait.wait_for(|go_on| *go_on).await.unwrap();
            };
            update(nuvlabox(&number.to_string()), &large(12_000), says).await
        };
        running.spawn(manager.scope(scope(jane(), handler)));
    }
    until("all run", || store.len() == 20).await;
    // Others find room for a payload, and need none for little.
    manager.scope(scope(jane(), upload(nuvlabox("20"), "a note"))).await.unwrap();
    go_on.send(true).unwrap();
    while let Some(answer) = running.join_next().await {
        answer.unwrap().unwrap();
    }
    let events = store.events();
    let updates = events.iter().filter(|event| event.event_type.base() == "nuvlabox.update");
    let whole = updates.clone().filter(|event| event.details.contains_key("large")).count();
    assert!(whole > 0 && whole < 20, "as long as there is room: {whole}");
    for event in updates {
        assert_eq!(event.details["size"], 12);
        assert_eq!(event.details.contains_key("small"), event.phase.closes());
        assert!(is_marked(event) || event.details.contains_key("large"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_whose_details_are_left_out_is_whole_otherwise() {
    let store = MemoryStore::new();
    let builder = patient(store.clone()).with_limits(|limits| limits.waiting_payload = 65_536);
    let manager = builder.build().unwrap();
    manager.scope(scope(jane(), replace(nuvlabox("1"), &large(40_000), "a note"))).await.unwrap();
    for event in store.events() {
        assert!(is_marked(&event) && event.details.is_empty());
        assert!(event.message.unwrap().starts_with("user/jane replaced "));
        assert_eq!(event.payload.is_some_and(|payload| payload["request"] == "a note"), !event.phase.closes());
    }
}

/// Looks eight resources up at once, or none.
struct EightAtOnce(Barrier);

impl ResourceDirectory for EightAtOnce {
    fn acl<'d>(
        &'d self,
        _resource: &'d AnyHref,
    ) -> BoxFuture<'d, Result<Option<Acl>, Box<dyn std::error::Error + Send + Sync>>> {
        Box::pin(async {
            self.0.wait().await;
            Ok(None)
        })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_small_payload_takes_no_room_of_a_large_one_while_its_acl_is_looked_up() {
    let store = MemoryStore::new();
    let builder = patient(store.clone()).resources(EightAtOnce(Barrier::new(8)));
    let manager = builder
        .with_limits(|limits| {
            limits.payload = 10 << 20;
            limits.waiting_payload = 20 << 20;
            limits.acl_lookup = LIMIT;
        })
        .build()
        .unwrap();
    let mut running = JoinSet::new();
    for number in 0..8 {
        running.spawn(manager.scope(scope(jane(), upload(nuvlabox(&number.to_string()), "a note"))));
    }
    while let Some(answer) = running.join_next().await {
        answer.unwrap().unwrap();
    }
    assert_eq!((store.len(), manager.metrics().acl_fallbacks), (16, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_jobs_say_while_the_store_fails_is_bounded() {
    let (store, before) = recording();
    for number in 0..10 {
        before.scope(scope(jane(), install(nuvlabox(&number.to_string())))).await.unwrap();
    }
    assert!(before.shutdown(LIMIT).await);
    let builder = patient(store.clone()).with_limits(|limits| {
        limits.waiting_payload = 200_000;
        limits.opening = Duration::from_millis(50);
        limits.closing_wait = Duration::from_millis(10);
    });
    let manager = builder.build().unwrap();
    store.faults().fail_all(Fault::Full);
    let open = manager.open_operations().await.unwrap();
    let closing = || Closing::new(Ending::COMPLETED).detail("log", &large(60_000));
    let mut left = Vec::new();
    for operation in &open {
        match manager.close(operation.id, closing()).await {
            Err(CloseError::Pending) => {}
            Err(CloseError::NoRoom(id)) => left.push(id),
            other => panic!("{other:?}"),
        }
    }
    assert!((5..10).contains(&left.len()), "as long as there is room: {}", left.len());
    store.faults().heal();
    until("what waits is stored", || manager.metrics().waiting_events == 0).await;
    for id in left {
        while let Err(CloseError::NoRoom(_)) = manager.close(id, closing()).await {}
    }
    until("all are closed", || store.len() == 20).await;
}

/// A journal that counts and forgets.
#[derive(Clone, Default)]
struct Sink(Arc<AtomicUsize>);

impl Journal for Sink {
    fn append(&self, entries: &[Entry]) -> Result<Vec<Appended>, AppendError> {
        let first = self.0.fetch_add(entries.len(), Ordering::SeqCst) as u64;
        Ok((first..).zip(entries).map(|(seq, _)| Appended::Stored(Seq(seq + 1))).collect())
    }

    fn get(&self, _id: EventId) -> Result<Option<Bytes>, JournalError> {
        Ok(None)
    }

    fn read(&self, _from: Seq, _limit: usize, _bytes: usize) -> Result<Vec<Sequenced>, JournalError> {
        Ok(Vec::new())
    }

    fn open_operations(&self) -> Result<Vec<OpenOperation>, JournalError> {
        Ok(Vec::new())
    }

    fn note(&self, _operation: EventId) -> Result<Option<Bytes>, JournalError> {
        Ok(None)
    }

    fn search(&self) -> Arc<dyn Search> {
        Arc::new(MemoryStore::new())
    }

    fn last_seq(&self) -> Seq {
        Seq(self.0.load(Ordering::SeqCst) as u64)
    }

    fn bookmarks(&self) -> Arc<dyn Bookmarks> {
        MemoryStore::new().bookmarks()
    }
}

const IN_FLIGHT: usize = 8_192;

async fn thousands_with_large_details() {
    let sink = Sink::default();
    let builder = patient(sink.clone()).with_limits(|limits| limits.opening = LIMIT);
    let manager = builder.build().unwrap();
    let (go_on, wait) = watch::channel(false);
    let mut running = JoinSet::new();
    let large = Arc::new(large(60_000));
    for number in 0..IN_FLIGHT {
        let (mut wait, large) = (wait.clone(), large.clone());
        let handler = async move {
            let says = async |operation: Operation| {
                operation.detail("said", &large);
                operation.payload("said", &large);
                for number in 0..100 {
                    operation.link(&format!("job/{number}{}", "x".repeat(500)));
                }
                wait.wait_for(|go_on| *go_on).await.unwrap();
            };
            update(nuvlabox(&number.to_string()), &large, says).await
        };
        running.spawn(manager.scope(scope(jane(), handler)));
    }
    until("all are in flight", || sink.0.load(Ordering::SeqCst) == IN_FLIGHT).await;
    go_on.send(true).unwrap();
    while let Some(answer) = running.join_next().await {
        assert_eq!(answer.unwrap(), Ok(Answer(200)));
    }
    until("all are closed", || sink.0.load(Ordering::SeqCst) == 2 * IN_FLIGHT).await;
}

#[test]
fn large_details_of_thousands_of_operations_fit_into_memory() {
    const INSIDE: &str = "EVENTS_WITHIN_A_LIMIT";
    if std::env::var_os(INSIDE).is_some() {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        return runtime.block_on(thousands_with_large_details());
    }
    let mut limited = Command::new("sh");
    limited.args(["-c", "ulimit -v 524288 && exec \"$0\" --exact \"$1\" --nocapture"]);
    limited.arg(std::env::current_exe().unwrap()).arg("large_details_of_thousands_of_operations_fit_into_memory");
    let output = limited.env(INSIDE, "1").output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && out.contains("1 passed"), "{}\n{out}\n{err}", output.status);
}
