//! Every route of the reference API server that changes something is recorded.

#[path = "../examples/api/main.rs"]
#[allow(dead_code, reason = "the server starts and opens its database; here its routes are looked at")]
mod api;

use api::routes;
use events::{Registry, testing::coverage};

#[test]
fn every_route_that_changes_something_is_recorded() {
    let table = routes::table();
    let covered = coverage::of(&Registry::collect())
        .handlers(table.iter().map(|route| (&route.method, &route.path, route.handler)))
        .exempt("reading::search", "only reads: a long query is put instead of got")
        .exempt("session::search", "only reads: clients put to ask whether they are logged in")
        .assert();
    println!("{covered}");
    assert_eq!(covered.routes.len(), table.len());
}
