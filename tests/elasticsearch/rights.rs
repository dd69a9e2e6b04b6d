//! What credentials have to allow: what the page about deploying says.

use std::time::Duration;

use events::{Attribute, EventManager, Filter, Reason, SqliteStore, Viewer, scope};
use events_test_servers::Disposable;

use crate::{
    fleet::{LIMIT, jane, nuvlabox, until},
    leases::until_found,
    other_process::{OPEN, OtherProcess, reboot},
    place::Place,
};

const LEASE: Duration = Duration::from_secs(5);

/// The role that the page gives to the program.
fn role() -> &'static str {
    let page = include_str!("../../docs/deploy.md");
    page.split("```json\n").nth(1).and_then(|rest| rest.split("```").next()).expect("the page has a role")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_role_of_the_page_is_enough() {
    let Some(server) = Disposable::elasticsearch_for(role()) else { return };
    let place = Place::called(server.address(), "events");
    let folders = tempfile::tempdir().unwrap();
    let start = || {
        EventManager::builder(SqliteStore::open(folders.path().join("kept")).unwrap())
            .relay_to(place.connect())
            .search_in("elasticsearch")
            .with_limits(|limits| limits.lease = LEASE)
            .build()
            .unwrap()
    };
    let observer = start();
    // Leases are written, read and renewed, and what is open is found and closed.
    let mut gone = OtherProcess::start(&place, &folders.path().join("lost"), LEASE, 0);
    until_found("the other process records", &place, &Filter::is(Attribute::Phase, "requested"), 20 + 1 + OPEN).await;
    until_found("what ends there has ended", &place, &Filter::is(Attribute::Phase, "completed"), 20).await;
    gone.kill();
    let abandoned = Filter::is(Attribute::Reason, Reason::Abandoned.as_str());
    until_found("they are closed", &place, &abandoned, OPEN).await;
    assert_eq!(observer.count(&abandoned, &Viewer::admin()).await.unwrap().events, OPEN);
    assert!(observer.shutdown(LIMIT).await);
    // Its own is given back; that of the other is of its deferred operation.
    until("one lease is left", || place.leases() == 1).await;

    // It starts again, beside what is there.
    let again = start();
    let before = place.events().await.len();
    again.scope(scope(jane(), reboot(nuvlabox("1")))).await.unwrap();
    assert!(again.shutdown(LIMIT).await);
    assert_eq!(place.events().await.len(), before + 2);
}
