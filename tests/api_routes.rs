//! Every route of the reference API server that changes something is recorded.

#![allow(dead_code, reason = "the server starts and opens its database; here its routes are looked at")]

#[path = "../examples/api/answer.rs"]
mod answer;
#[path = "../examples/api/app.rs"]
mod app;
#[path = "../examples/api/database.rs"]
mod database;
#[path = "../examples/api/deployment.rs"]
mod deployment;
#[path = "../examples/api/document.rs"]
mod document;
#[path = "../examples/api/error.rs"]
mod error;
#[path = "../examples/api/extract.rs"]
mod extract;
#[path = "../examples/api/job.rs"]
mod job;
#[path = "../examples/api/nuvlabox.rs"]
mod nuvlabox;
#[path = "../examples/api/reading.rs"]
mod reading;
#[path = "../examples/api/routes.rs"]
mod routes;

use app::App;
use events::{Registry, testing::coverage};

#[test]
fn every_route_that_changes_something_is_recorded() {
    let table = routes::table();
    let covered = coverage::of(&Registry::collect())
        .handlers(table.iter().map(|route| (&route.method, route.path, route.handler)))
        .exempt("reading::search", "only reads: a long query is put instead of got")
        .assert();
    println!("{covered}");
    assert_eq!(covered.routes.len(), table.len());
}
