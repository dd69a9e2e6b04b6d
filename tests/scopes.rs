//! Context, manager and facade are put around a future in any order.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod fleet;

use std::{
    cell::Cell,
    future::{pending, poll_fn},
    task::Poll,
};

use events::{Context, Href, Operation, action, assert_events, crud, memory::MemoryStore, scope, spawn};
use fleet::{Answer, LIMIT, Nuvlabox, Problem, jane, nuvlabox, recording};

#[action(event = "nuvlabox.edit")]
async fn edit(id: Href<Nuvlabox>) -> Result<Answer, Problem> {
    Ok(Answer(200))
}

fn edit_1() -> impl Future<Output = Result<Answer, Problem>> {
    edit(nuvlabox("1"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scope_of_a_manager_and_one_of_a_context_nest_in_any_order() {
    let store = MemoryStore::new();
    let manager = events::EventManager::builder(store.clone()).build().unwrap();
    let mut trail = store.trail();

    manager.scope(scope(jane(), edit_1())).await.unwrap();
    assert_events!(trail, "nuvlabox.edit nuvlabox/1" => completed);
    scope(jane(), manager.scope(edit_1())).await.unwrap();
    assert_events!(trail, "nuvlabox.edit nuvlabox/1" => completed);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_events_means_so_inside_and_outside_of_a_scope() {
    let store = MemoryStore::new();
    let manager = events::EventManager::builder(store.clone()).build().unwrap();
    let mut trail = store.trail();

    manager.scope(scope(jane(), crud::edit(edit_1()))).await.unwrap();
    crud::edit(manager.scope(scope(jane(), edit_1()))).await.unwrap();
    manager.scope(crud::edit(scope(jane(), edit_1()))).await.unwrap();
    assert_events!(trail);
}

/// Says something of the operation that it goes with, and cleans up.
struct RollsBack;

impl Drop for RollsBack {
    fn drop(&mut self) {
        Operation::current().tag("rolled-back");
        drop(spawn(edit_1()));
    }
}

#[action(event = "nuvlabox.reboot", ctx = context)]
async fn reboot_for(id: Href<Nuvlabox>, context: Context, has_begun: &Cell<bool>) -> Result<Answer, Problem> {
    let _rolls_back = RollsBack;
    has_begun.set(true);
    pending().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_dropped_with_a_cancelled_handler_is_dropped_inside_its_operation() {
    let (store, manager) = recording();
    let mut trail = store.trail().within(LIMIT);
    let outer = async {
        let has_begun = Cell::new(false);
        let mut running = Box::pin(reboot_for(nuvlabox("1"), jane(), &has_begun));
        poll_fn(|task| {
            assert!(running.as_mut().poll(task).is_pending());
            if has_begun.get() { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
        drop(running);
        assert!(Context::current().is_none(), "it is left again");
    };
    manager.scope(outer).await;
    assert_events!(trail, "nuvlabox.reboot nuvlabox/1" => failed(cancelled) {
        "nuvlabox.edit nuvlabox/1" => completed
    });
    let closing = store.events().into_iter().find(|event| event.failure.is_some()).unwrap();
    assert_eq!(closing.tags, ["rolled-back"]);
}
