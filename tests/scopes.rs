//! Context, manager and facade are put around a future in any order.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod fleet;

use events::{Href, action, assert_events, crud, memory::MemoryStore, scope};
use fleet::{Answer, Nuvlabox, Problem, jane, nuvlabox};

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
