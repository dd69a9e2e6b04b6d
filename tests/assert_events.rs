//! `assert_events!` compares what was recorded since the last call with a tree that reads like the trail.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod fleet;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    time::Duration,
};

use events::{
    Context, EventDetails, EventManager, Href, Scoped, action, assert_events, emit, memory::MemoryStore, scope,
    testing::Trail,
};
use fleet::{Answer, Deployment, Job, Nuvlabox, Problem, jane, job, nuvlabox, patient, until};

#[action(event = "nuvlabox.reboot")]
async fn reboot(id: Href<Nuvlabox>) -> Result<Answer, Problem> {
    submit(job("1")).await?;
    emit(&id, StateChanged { new_state: "REBOOTING" }).await?;
    submit(job("2")).await
}

#[action(event = "job.add", resource = id)]
async fn submit(id: Href<Job>) -> Result<Answer, Problem> {
    match id.id() {
        "broken" => Err(Problem::Broken("no queue")),
        _ => Ok(Answer(201)),
    }
}

#[action(event = "deployment.start", deferred)]
async fn start(id: Href<Deployment>) -> Result<Answer, Problem> {
    Ok(Answer(202))
}

#[action(event = "nuvlabox.hold")]
async fn hold(id: Href<Nuvlabox>) -> Result<Answer, Problem> {
    std::future::pending().await
}

#[derive(EventDetails)]
#[event("nuvlabox.state-changed", category = "state", resource = Nuvlabox)]
struct StateChanged {
    new_state: &'static str,
}

struct Recording {
    manager: EventManager,
    trail: Trail<MemoryStore>,
}

impl Recording {
    fn start() -> Self {
        let store = MemoryStore::new();
        let manager = patient(store.clone()).build().unwrap();
        Self { manager, trail: store.trail().within(Duration::from_millis(50)) }
    }

    fn by_jane<F: Future>(&self, handler: F) -> Scoped<Scoped<F>> {
        self.manager.scope(scope(jane(), handler))
    }
}

/// What an assertion says that does not hold.
fn says(assertion: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(assertion)).expect_err("the assertion does not hold");
    *panic.downcast::<String>().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tree_reads_like_the_trail() {
    let Recording { manager, mut trail } = Recording::start();
    manager.scope(scope(jane(), reboot(nuvlabox("1")))).await.unwrap();
    manager.scope(scope(jane(), submit(job("broken")))).await.unwrap_err();

    assert_events!(trail,
        "nuvlabox.reboot nuvlabox/1" => completed {
            "job.add job/1" => completed,
            "nuvlabox.state-changed nuvlabox/1",
            "job.add job/2" => completed,
        },
        "job.add job/broken" => failed(error),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_call_looks_at_what_came_since_the_last() {
    let mut recording = Recording::start();
    for id in ["3", "4"] {
        recording.by_jane(submit(job(id))).await.unwrap();
        assert_events!(recording.trail, format!("job.add job/{id}") => completed);
        assert_events!(recording.trail);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn href_and_reason_may_be_left_out() {
    let mut recording = Recording::start();
    recording.by_jane(submit(job("broken"))).await.unwrap_err();
    assert_events!(recording.trail, "job.add" => failed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closing_whose_opening_was_seen_stands_alone() {
    let mut recording = Recording::start();
    recording.by_jane(start("1".parse().unwrap())).await.unwrap();
    assert_events!(recording.trail, "deployment.start deployment/1" => open);

    let open = recording.manager.open_operations().await.unwrap();
    recording.manager.close(open[0].id, events::Ending::COMPLETED).await.unwrap();
    assert_events!(recording.trail, "deployment.start.completed deployment/1");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_on_its_way_is_waited_for() {
    let Recording { manager, trail } = Recording::start();
    let mut trail = trail.within(fleet::LIMIT);
    let handler = tokio::spawn(manager.scope(scope(Context::anonymous(), hold(nuvlabox("1")))));
    until("it is open", || manager.metrics().stored == 1).await;
    handler.abort();
    assert_events!(trail, "nuvlabox.hold nuvlabox/1" => failed(cancelled));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_difference_shows_both_trees_as_one() {
    let mut recording = Recording::start();
    recording.by_jane(reboot(nuvlabox("1"))).await.unwrap();

    let said = says(|| {
        assert_events!(recording.trail,
            "nuvlabox.reboot nuvlabox/1" => completed {
                "job.add job/1" => failed(timeout),
                "nuvlabox.state-changed nuvlabox/1",
            },
            "nuvlabox.delete" => completed,
        );
    });

    let expected = "\
other events were recorded than expected (- expected, + recorded):

  nuvlabox.reboot nuvlabox/1 => completed
-     job.add job/1 => failed(timeout)
+     job.add job/1 => completed
      nuvlabox.state-changed nuvlabox/1
- nuvlabox.delete => completed
+     job.add job/2 => completed";
    assert_eq!(said, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_deeper_or_higher_than_expected_is_a_difference() {
    let mut recording = Recording::start();
    recording.by_jane(submit(job("1"))).await.unwrap();
    recording.by_jane(submit(job("2"))).await.unwrap();
    let said = says(|| assert_events!(recording.trail, "job.add job/1" => completed { "job.add job/2" => completed }));
    assert!(
        said.ends_with(
            "\n  job.add job/1 => completed\n-     job.add job/2 => completed\n+ job.add job/2 => completed"
        ),
        "{said}"
    );
}
