//! What is recorded is what the policy, the declarations and the facade say, and exactly that.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod fleet;

use std::{
    future::pending,
    sync::atomic::{AtomicUsize, Ordering},
};

use events::{
    Acl, Builder, Caller, EventDetails, EventManager, Href, Operation, Outcomes, Phase, Policy, PolicyChangeError,
    RefusedKind, Scoped, Severity, action, assert_events, crud, emit,
    memory::{Fault, MemoryStore},
    resource, scope,
    testing::Trail,
};
use fleet::{Answer, Deployment, Job, Nuvlabox, Problem, jane, job, nuvlabox, patient, until};

#[action(event = "nuvlabox.reboot", category = "system")]
async fn reboot(id: Href<Nuvlabox>, body: impl Future<Output = Result<Answer, Problem>>) -> Result<Answer, Problem> {
    body.await
}

#[action(event = "nuvlabox.add", created = created)]
async fn add(body: impl Future<Output = Result<Answer, Problem>>) -> Result<Answer, Problem> {
    body.await
}

fn created(_: &Result<Answer, Problem>) -> Option<Href<Nuvlabox>> {
    Some(nuvlabox("new"))
}

#[action(event = "nuvlabox.edit")]
async fn edit(id: Href<Nuvlabox>, body: impl Future<Output = Result<Answer, Problem>>) -> Result<Answer, Problem> {
    body.await
}

#[action(event = "nuvlabox.delete", mandatory)]
async fn delete(id: Href<Nuvlabox>) -> Result<Answer, Problem> {
    Ok(Answer(204))
}

#[action(event = "deployment.start")]
async fn start(id: Href<Deployment>, body: impl Future<Output = Result<Answer, Problem>>) -> Result<Answer, Problem> {
    body.await
}

#[expect(dead_code, reason = "only its declaration matters")]
#[action(event = "deployment.stop", deferred)]
async fn stop(id: Href<Deployment>) -> Result<Answer, Problem> {
    Ok(Answer(202))
}

#[action(event = "job.add", resource = id)]
async fn submit(id: Href<Job>) -> Result<Answer, Problem> {
    Ok(Answer(201))
}

#[action(event = "job.notify", on_nested_failure = continue)]
async fn notify(id: Href<Job>, sent: &AtomicUsize) -> Result<Answer, Problem> {
    sent.fetch_add(1, Ordering::SeqCst);
    submit(id).await
}

#[derive(EventDetails)]
#[event("nuvlabox.state-changed", category = "state", resource = Nuvlabox)]
struct StateChanged {
    new_state: &'static str,
}

/// Not recorded unless a policy says so.
#[resource(events, enabled = false)]
struct Heartbeat;

#[action(event = "heartbeat.tick")]
async fn tick(id: Href<Heartbeat>) -> Result<Answer, Problem> {
    Ok(Answer(200))
}

struct Recording {
    store: MemoryStore,
    manager: EventManager,
    trail: Trail<MemoryStore>,
}

impl Recording {
    fn under(policy: Policy) -> Self {
        Self::with(policy, patient)
    }

    fn with(policy: Policy, builder: impl FnOnce(MemoryStore) -> Builder) -> Self {
        let store = MemoryStore::new();
        let manager = builder(store.clone()).policy(policy).build().unwrap();
        Self { trail: store.trail(), store, manager }
    }

    fn by_jane<F: Future>(&self, handler: F) -> Scoped<Scoped<F>> {
        self.manager.scope(scope(jane(), handler))
    }
}

async fn answers(status: u16) -> Result<Answer, Problem> {
    Ok(Answer(status))
}

fn deployment() -> Href<Deployment> {
    "7".parse().unwrap()
}

/// How a handler ends, and under which outcomes that is recorded.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Ends {
    With(u16),
    InAnError,
    InAPanic,
    Cancelled,
    OutOfTime,
}

#[tokio::test(flavor = "multi_thread")]
async fn only_chosen_outcomes_are_recorded() {
    use Ends::*;
    let all = [With(200), With(302), With(404), With(500), InAnError, InAPanic, Cancelled, OutOfTime];
    let table: [(Outcomes, &[Ends]); 4] = [
        (Outcomes::Failed, &[With(404), With(500), InAnError, InAPanic, Cancelled, OutOfTime]),
        (Outcomes::Completed, &[With(200), With(302)]),
        (Outcomes::Status(200..=299), &[With(200)]),
        (Outcomes::Status(400..=499), &[With(404)]),
    ];
    for (outcomes, recorded) in table {
        for ends in all {
            println!("{outcomes:?}: {ends:?}");
            let Recording { store, manager, mut trail } =
                Recording::under(Policy::new().only("nuvlabox.reboot", outcomes.clone()));
            let seen = store.clone();
            let body = async move {
                assert!(seen.is_empty(), "the opening waits for the end");
                match ends {
                    With(status) => Ok(Answer(status)),
                    InAnError => Err(Problem::Broken("no power")),
                    InAPanic => panic!("on purpose"),
                    Cancelled | OutOfTime => pending().await,
                }
            };
            let handler = manager.scope(scope(jane(), reboot(nuvlabox("1"), body)));
            match ends {
                Cancelled => {
                    let task = tokio::spawn(handler);
                    until("it is open", || manager.metrics().open_operations == 1).await;
                    task.abort();
                    task.await.unwrap_err();
                }
                OutOfTime => drop(events::timeout(std::time::Duration::from_millis(5), handler).await.unwrap_err()),
                _ => drop(tokio::spawn(handler).await),
            }
            until("it is over", || manager.metrics().open_operations == 0).await;
            match ends {
                _ if !recorded.contains(&ends) => assert_events!(trail),
                With(status) if status < 400 => assert_events!(trail, "nuvlabox.reboot nuvlabox/1" => completed),
                _ => assert_events!(trail, "nuvlabox.reboot nuvlabox/1" => failed),
            }
            assert!(manager.open_operations().await.unwrap().is_empty());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_recorded_only_at_its_end_is_never_a_parent_or_a_root() {
    let mut recording = Recording::under(Policy::new().only("nuvlabox.reboot", Outcomes::Completed));
    let body = || async {
        submit(job("1")).await?;
        emit(&nuvlabox("1"), StateChanged { new_state: "REBOOTING" }).await?;
        Ok(Answer(200))
    };
    recording.by_jane(reboot(nuvlabox("1"), body())).await.unwrap();
    assert_events!(recording.trail,
        "job.add job/1" => completed,
        "nuvlabox.state-changed nuvlabox/1",
        "nuvlabox.reboot nuvlabox/1" => completed,
    );

    recording.by_jane(Box::pin(start(deployment(), reboot(nuvlabox("1"), body())))).await.unwrap();
    assert_events!(recording.trail,
        "deployment.start deployment/7" => completed {
            "job.add job/1" => completed,
            "nuvlabox.state-changed nuvlabox/1",
            "nuvlabox.reboot nuvlabox/1" => completed,
        },
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_most_specific_word_of_a_policy_counts() {
    let table: [(&str, Policy, bool); 8] = [
        ("nothing", Policy::new(), true),
        ("the event type off", Policy::new().off_event_type("nuvlabox.reboot"), false),
        ("the resource type off", Policy::new().off_resource_type("nuvlabox"), false),
        ("the category off", Policy::new().off_category("system"), false),
        (
            "another off",
            Policy::new().off_event_type("nuvlabox.edit").off_resource_type("job").off_category("crud"),
            true,
        ),
        ("type on, resource off", Policy::new().on_event_type("nuvlabox.reboot").off_resource_type("nuvlabox"), true),
        ("resource on, category off", Policy::new().on_resource_type("nuvlabox").off_category("system"), true),
        ("off, then on", Policy::new().off_event_type("nuvlabox.reboot").on_event_type("nuvlabox.reboot"), true),
    ];
    for (name, policy, recorded) in table {
        println!("{name}");
        let mut recording = Recording::under(policy);
        let ran = recording.by_jane(reboot(nuvlabox("1"), answers(200))).await;
        assert_eq!(ran, Ok(Answer(200)), "the handler runs, recorded or not");
        if recorded {
            assert_events!(recording.trail, "nuvlabox.reboot nuvlabox/1" => completed);
        } else {
            assert_events!(recording.trail);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resource_type_that_is_declared_off_is_switched_on() {
    let mut recording = Recording::under(Policy::new());
    recording.by_jane(tick("1".parse().unwrap())).await.unwrap();
    assert_events!(recording.trail);
    recording.by_jane(recording.manager.set_policy(Policy::new().on_resource_type("heartbeat"))).await.unwrap();
    recording.by_jane(tick("1".parse().unwrap())).await.unwrap();
    assert_events!(recording.trail, "event-policy.changed", "heartbeat.tick heartbeat/1" => completed);
}

#[tokio::test(flavor = "multi_thread")]
async fn direct_events_are_switched_off_too() {
    let mut recording = Recording::under(Policy::new().off_category("state"));
    let id = nuvlabox("1");
    let emitted = recording.by_jane(emit(&id, StateChanged { new_state: "ACTIVATED" })).await;
    assert_eq!(emitted, Ok(None));
    assert_events!(recording.trail);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_begun_ends_under_the_policy_it_began_under() {
    let Recording { manager, mut trail, .. } = Recording::under(Policy::new());
    let body = async {
        manager.set_policy(Policy::new().off_resource_type("nuvlabox")).await.unwrap();
        edit(nuvlabox("1"), answers(200)).await
    };
    manager.scope(scope(jane(), reboot(nuvlabox("1"), body))).await.unwrap();
    assert_events!(trail, "nuvlabox.reboot nuvlabox/1" => completed { "event-policy.changed" });

    let body = async {
        manager.set_policy(Policy::new()).await.unwrap();
        answers(200).await
    };
    manager.scope(scope(jane(), reboot(nuvlabox("1"), body))).await.unwrap();
    assert_events!(trail, "event-policy.changed");
}

#[tokio::test(flavor = "multi_thread")]
async fn mandatory_types_cannot_be_switched_off_or_filtered() {
    let refused = [
        (Policy::new().off_event_type("nuvlabox.delete"), "switches an event type off"),
        (Policy::new().only("nuvlabox.delete", Outcomes::Failed), "chooses outcomes"),
        (Policy::new().only("deployment.stop", Outcomes::Failed), "`deployment.stop` is deferred"),
    ];
    let mut recording = Recording::under(Policy::new());
    for (policy, said) in refused {
        let error = EventManager::builder(MemoryStore::new()).policy(policy.clone()).build().unwrap_err();
        assert!(error.to_string().contains(said), "{error}");
        let policy = policy.off_event_type("nuvlabox.edit");
        let error = recording.by_jane(recording.manager.set_policy(policy)).await.unwrap_err();
        assert!(matches!(error, PolicyChangeError::Policy(_)) && error.to_string().contains(said), "{error}");
    }
    // A policy that is refused changes nothing.
    recording.by_jane(edit(nuvlabox("1"), answers(200))).await.unwrap();
    assert_events!(recording.trail, "nuvlabox.edit nuvlabox/1" => completed);
    // What switches a whole resource type or category off leaves its mandatory event types on.
    let crud_off = Policy::new().off_resource_type("nuvlabox").off_category("crud");
    recording.by_jane(recording.manager.set_policy(crud_off)).await.unwrap();
    recording.by_jane(delete(nuvlabox("1"))).await.unwrap();
    assert_events!(recording.trail, "event-policy.changed", "nuvlabox.delete nuvlabox/1" => completed);
}

fn everything_of(policy: &str) -> Policy {
    Policy::new().off_category("user").off_resource_type(policy).on_event_type("nuvlabox.edit")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_policy_is_recorded_with_who_made_it_and_what_it_was() {
    let mut recording = Recording::under(everything_of("job"));
    let next = Policy::new().only("nuvlabox.reboot", Outcomes::Status(200..=299)).only("job.add", Outcomes::Failed);
    recording.by_jane(recording.manager.set_policy(next.clone())).await.unwrap();
    let changed = recording.trail.events().pop().unwrap();
    let old = ["off category user", "off resource-type job", "on event-type nuvlabox.edit"];
    assert_eq!(changed.details["old-rules"], serde_json::json!(old));
    let new = ["only status 200 to 299 of event-type nuvlabox.reboot", "only failed of event-type job.add"];
    assert_eq!(changed.details["new-rules"], serde_json::json!(new));
    assert_eq!((changed.event_type.as_str(), changed.phase), ("event-policy.changed", Phase::Occurred));
    assert_eq!((changed.category.as_str(), changed.severity), ("system", Severity::High));
    assert_eq!(changed.authn_info, Caller::user("user/jane").unwrap());
    assert_eq!(changed.acl, Acl::owned_by("user/jane".parse().unwrap()));
    assert_eq!(changed.message.as_deref(), Some("user/jane changed what is recorded"));

    // The same again is no change.
    recording.by_jane(recording.manager.set_policy(next)).await.unwrap();
    assert_events!(recording.trail);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_changes_the_policy_in_silence() {
    let mut recording = Recording::under(Policy::new());
    for silent in [
        Policy::new().off_category("system").off_resource_type("event-policy"),
        Policy::new().off_event_type("nuvlabox.edit"),
    ] {
        recording.by_jane(recording.manager.set_policy(silent)).await.unwrap();
        assert_events!(recording.trail, "event-policy.changed");
    }
    let itself = recording.manager.set_policy(Policy::new().off_event_type("event-policy.changed"));
    let error = recording.by_jane(itself).await.unwrap_err();
    assert!(matches!(error, PolicyChangeError::Policy(_)), "it is mandatory: {error}");

    let error = recording.manager.set_policy(Policy::new()).await.unwrap_err();
    let PolicyChangeError::Refused(refused) = error else { panic!("{error}") };
    assert_eq!(refused.kind, RefusedKind::NoContext);
    // Also where an ACL is looked up, or where a facade records nothing.
    recording.by_jane(crud::do_action(recording.manager.set_policy(Policy::new()))).await.unwrap();
    assert_events!(recording.trail, "event-policy.changed");
    recording.by_jane(edit(nuvlabox("1"), answers(200))).await.unwrap();
    assert_events!(recording.trail, "nuvlabox.edit nuvlabox/1" => completed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_policy_that_cannot_be_stored_yet_stands_and_is_recorded_later() {
    let mut recording = Recording::with(Policy::new(), EventManager::builder);
    recording.store.faults().fail_all(Fault::Full);
    let off = Policy::new().off_event_type("nuvlabox.reboot");
    recording.by_jane(recording.manager.set_policy(off)).await.unwrap();
    assert_eq!(recording.manager.metrics().waiting_events, 1);
    recording.store.faults().heal();
    recording.by_jane(reboot(nuvlabox("1"), answers(200))).await.unwrap();
    until("it is stored", || recording.store.len() == 1).await;
    assert_events!(recording.trail, "event-policy.changed");
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_of_policy_are_recorded_in_the_order_in_which_they_were_made() {
    let recording = Recording::under(Policy::new());
    let mut changes = tokio::task::JoinSet::new();
    for number in 0..32 {
        let manager = recording.manager.clone();
        let policy = Policy::new().off_event_type(format!("nuvlabox.number-{number}"));
        changes.spawn(scope(jane(), async move { manager.set_policy(policy).await.unwrap() }));
    }
    changes.join_all().await;
    let events = recording.store.events();
    assert_eq!(events.len(), 32);
    for pair in events.windows(2) {
        assert_eq!(pair[0].details["new-rules"], pair[1].details["old-rules"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_parent_is_the_nearest_recorded_ancestor() {
    let mut recording = Recording::under(Policy::new().off_event_type("nuvlabox.reboot"));
    let body = async {
        submit(job("1")).await?;
        emit(&nuvlabox("1"), StateChanged { new_state: "REBOOTING" }).await?;
        Ok(Answer(200))
    };
    recording.by_jane(Box::pin(start(deployment(), reboot(nuvlabox("1"), body)))).await.unwrap();
    assert_events!(recording.trail,
        "deployment.start deployment/7" => completed {
            "job.add job/1" => completed,
            "nuvlabox.state-changed nuvlabox/1",
        },
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_facade_runs_one_operation_without_events_and_records_what_it_calls() {
    let mut recording = Recording::under(Policy::new());
    let nested = || async {
        // The same operation again, and another `add`: only the first is without events.
        submit(job("1")).await?;
        edit(nuvlabox("1"), answers(200)).await
    };

    recording.by_jane(crud::add_with_events(add(nested()))).await.unwrap();
    assert_events!(recording.trail,
        "nuvlabox.add nuvlabox/new" => completed {
            "job.add job/1" => completed,
            "nuvlabox.edit nuvlabox/1" => completed,
        },
    );
    recording.by_jane(crud::add(add(nested()))).await.unwrap();
    assert_events!(recording.trail, "job.add job/1" => completed, "nuvlabox.edit nuvlabox/1" => completed);

    recording.by_jane(crud::edit(edit(nuvlabox("1"), submit(job("2"))))).await.unwrap();
    assert_events!(recording.trail, "job.add job/2" => completed);
    recording.by_jane(crud::delete(delete(nuvlabox("1")))).await.unwrap();
    assert_events!(recording.trail);
    recording.by_jane(crud::do_action(reboot(nuvlabox("1"), submit(job("3"))))).await.unwrap();
    assert_events!(recording.trail, "job.add job/3" => completed);

    recording.by_jane(crud::edit_with_events(edit(nuvlabox("1"), answers(200)))).await.unwrap();
    recording.by_jane(crud::delete_with_events(delete(nuvlabox("1")))).await.unwrap();
    recording.by_jane(crud::do_action_with_events(reboot(nuvlabox("1"), answers(200)))).await.unwrap();
    assert_events!(recording.trail,
        "nuvlabox.edit nuvlabox/1" => completed,
        "nuvlabox.delete nuvlabox/1" => completed,
        "nuvlabox.reboot nuvlabox/1" => completed,
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nested_without_events_stands_below_the_nearest_recorded_ancestor() {
    let mut recording = Recording::under(Policy::new());
    let body = async {
        crud::edit(edit(nuvlabox("1"), submit(job("1")))).await?;
        edit(nuvlabox("2"), answers(200)).await
    };
    recording.by_jane(start(deployment(), body)).await.unwrap();
    assert_events!(recording.trail,
        "deployment.start deployment/7" => completed {
            "job.add job/1" => completed,
            "nuvlabox.edit nuvlabox/2" => completed,
        },
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_unrecorded_handler_says_is_not_recorded_of_another_operation() {
    let mut recording = Recording::under(Policy::new().off_event_type("nuvlabox.reboot"));
    let says = || async {
        assert_eq!(Operation::current().id(), None);
        Operation::current().tag("unrecorded");
        submit(job("1")).await
    };
    let body = async {
        let id = Operation::current().id();
        assert!(id.is_some());
        reboot(nuvlabox("1"), says()).await?;
        crud::edit(edit(nuvlabox("1"), says())).await?;
        assert_eq!(Operation::current().id(), id);
        Operation::current().tag("recorded");
        Ok(Answer(200))
    };
    recording.by_jane(start(deployment(), body)).await.unwrap();
    let events = recording.trail.events();
    let tags: Vec<&str> = events.iter().flat_map(|event| &event.tags).map(String::as_str).collect();
    assert_eq!(tags, ["recorded"]);
    assert_eq!(events[1].parent, Some(events[0].id), "the nearest recorded ancestor all the same");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_nested_operation_that_may_goes_on_unrecorded_when_it_cannot_be_recorded() {
    let mut recording = Recording::under(Policy::new());
    let sent = AtomicUsize::new(0);
    let body = async {
        recording.store.faults().fail_append(1, Fault::Full);
        notify(job("1"), &sent).await
    };
    recording.by_jane(start(deployment(), body)).await.unwrap();
    assert_eq!(sent.load(Ordering::SeqCst), 1);
    // What it encloses is recorded below the nearest recorded ancestor.
    assert_events!(recording.trail, "deployment.start deployment/7" => completed { "job.add job/1" => completed });

    recording.store.faults().fail_append(1, Fault::Full);
    let refused = recording.by_jane(notify(job("2"), &sent)).await.unwrap_err().refusal();
    assert_eq!(refused.kind, RefusedKind::Storage, "only a nested one may");
    assert_eq!(sent.into_inner(), 1);
    assert_events!(recording.trail);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_manager_records_nothing_and_needs_no_context() {
    let manager = EventManager::disabled();
    let body = async {
        assert_eq!(Operation::current().id(), None);
        Operation::current().tag("nobody hears");
        emit(&nuvlabox("1"), StateChanged { new_state: "REBOOTING" }).await?;
        Ok(Answer(200))
    };
    assert_eq!(manager.scope(reboot(nuvlabox("1"), body)).await, Ok(Answer(200)));
}
