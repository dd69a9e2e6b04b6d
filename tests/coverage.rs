//! A handler that changes something and is not recorded fails a test, and so does an exemption that is not needed.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(dead_code, reason = "nobody calls the handlers: they are looked at")]

mod fleet;

use events::{
    Registry,
    testing::coverage::{self, Cover, Coverage},
};
use serde_json::json;
use utoipa::OpenApi as _;

mod nuvlabox {
    use events::{Href, action};

    use crate::fleet::{Nuvlabox, Problem};

    #[utoipa::path(post, path = "/nuvlabox", responses((status = 201)))]
    #[action(event = "nuvlabox.add")]
    pub(crate) async fn add() -> Result<Href<Nuvlabox>, Problem> {
        Err(Problem::Broken("nothing is added"))
    }

    #[utoipa::path(post, path = "/nuvlabox/{id}/reboot", responses((status = 202)))]
    #[action(event = "nuvlabox.reboot")]
    pub(crate) async fn reboot(id: Href<Nuvlabox>) -> Result<(), Problem> {
        drop(id);
        Ok(())
    }

    #[utoipa::path(get, path = "/nuvlabox/{id}", responses((status = 200)))]
    pub(crate) async fn get() {}
}

mod deployment {
    use events::{Href, action};

    use crate::fleet::{Deployment, Problem};

    #[utoipa::path(post, path = "/deployment", responses((status = 201)))]
    #[action(event = "deployment.add")]
    pub(crate) async fn add() -> Result<Href<Deployment>, Problem> {
        Err(Problem::Broken("nothing is added"))
    }

    /// For a type whose name the attribute knows, and for one that it does not.
    pub(crate) struct Fleet;

    #[events::resource(events)]
    impl Fleet {
        #[action(event = "deployment.start")]
        pub(crate) async fn start(&self, id: Href<Deployment>) -> Result<(), Problem> {
            drop(id);
            Ok(())
        }
    }

    pub(crate) struct Yard;

    impl Yard {
        #[action(event = "deployment.park")]
        pub(crate) async fn park(&self, id: Href<Deployment>) -> Result<(), Problem> {
            drop(id);
            Ok(())
        }
    }

    pub(crate) struct Dock;

    impl Dock {
        #[action(event = "deployment.dock")]
        pub(crate) async fn park(&self, id: Href<Deployment>) -> Result<(), Problem> {
            drop(id);
            Ok(())
        }
    }
}

mod job {
    /// Changes something, and is forgotten.
    #[utoipa::path(post, path = "/job", responses((status = 201)))]
    pub(crate) async fn add() {}

    #[utoipa::path(put, path = "/job", responses((status = 200)))]
    pub(crate) async fn search() {}
}

#[derive(utoipa::OpenApi)]
#[openapi(paths(nuvlabox::add, nuvlabox::reboot, nuvlabox::get, deployment::add, job::search))]
struct Covered;

#[derive(utoipa::OpenApi)]
#[openapi(paths(nuvlabox::add, deployment::add, job::add))]
struct Forgotten;

fn all() -> Coverage {
    coverage::of(&Registry::collect())
}

/// What is said about one POST.
fn posted(handler: &str) -> Result<String, String> {
    all().handlers([("POST", "/x", handler)]).check().map_or_else(
        |uncovered| Err(uncovered.to_string()),
        |covered| match &covered.routes[0].1 {
            Cover::Recorded(event) => Ok(event.spec.event_type.to_owned()),
            other => panic!("{other:?}"),
        },
    )
}

#[track_caller]
fn assert_said(coverage: Coverage, lines: &[&str]) {
    let said = coverage.check().expect_err("something is not covered").to_string();
    let mut found = said.lines();
    assert_eq!(
        found.next(),
        Some(&*format!("not every handler that changes something is recorded, {} to mend:", lines.len())),
        "{said}"
    );
    for (line, expected) in found.zip(lines) {
        // Where functions stand is theirs to say.
        let mut parts = expected.split('…');
        let begins = parts.next().unwrap_or_default();
        assert!(line.trim_start().starts_with(begins), "{line}\nbegins not with\n{begins}");
        assert!(parts.all(|part| line.contains(part)), "{line}\nhas not all of\n{expected}");
    }
}

#[test]
fn a_document_of_utoipa_is_covered_where_every_changing_handler_is_annotated_or_exempt() {
    let covered = all().openapi(Covered::openapi()).exempt("job::search", "only reads").assert();
    let shown: Vec<String> =
        covered.to_string().lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(
        shown,
        [
            "POST /deployment add deployment.add",
            "PUT /job search exempt: only reads",
            "POST /nuvlabox add nuvlabox.add",
            "GET /nuvlabox/{id} get reads",
            "POST /nuvlabox/{id}/reboot reboot nuvlabox.reboot",
        ]
    );
}

#[test]
fn a_forgotten_handler_is_not_taken_for_an_annotated_one_of_the_same_name() {
    assert_said(
        all().openapi(Forgotten::openapi()),
        &[
            "`add` is the handler of several paths, POST /job among them, and may be several functions: name each with its \
           module, `.handlers([(\"POST\", \"/job\", \"<module>::add\")])` [EVT191]",
        ],
    );
    assert_said(
        all().openapi(Forgotten::openapi()).handlers([("POST", "/job", "job::add")]),
        &[
            "POST /job (`job::add`) is not recorded: put `#[action(event = \"<resource-type>.<operation>\")]` on `job::add`, \
           or exempt it: `.exempt(\"job::add\", \"<why nothing is recorded>\")`; annotated, if that is the one to be named, \
           is …`nuvlabox::add` (…`deployment::add` (…[EVT190]",
        ],
    );
    all().openapi(Forgotten::openapi()).exempt("job::add", "only a draft").assert();
    all().openapi(Forgotten::openapi()).exempt("POST /job", "only a draft").assert();
}

#[test]
fn a_function_is_found_under_every_name_that_is_its_alone() {
    let full = std::any::type_name_of_val(&nuvlabox::reboot);
    for name in ["reboot", "nuvlabox::reboot", "crate::nuvlabox::reboot", full] {
        assert_eq!(posted(name), Ok("nuvlabox.reboot".to_owned()), "{name}");
    }
    let method = std::any::type_name_of_val(&deployment::Fleet::start);
    for name in ["start", "Fleet::start", method] {
        assert_eq!(posted(name), Ok("deployment.start".to_owned()), "{name}");
    }
    assert_eq!(posted("deployment::add"), Ok("deployment.add".to_owned()));
    assert_eq!(posted("job::reboot").unwrap_err().matches("[EVT190]").count(), 1);
}

#[test]
fn a_name_of_several_functions_is_not_guessed() {
    let said = posted("add").unwrap_err();
    for part in [
        "POST /x (`add`) may be any of `deployment::add` (tests/coverage.rs:",
        "`nuvlabox::add` (tests/coverage.rs:",
        "name it with its module, `.handlers([(\"POST\", \"/x\", \"deployment::add\")])` [EVT191]",
    ] {
        assert!(said.contains(part), "{said}");
    }
    let methods = posted("park").unwrap_err();
    assert!(methods.contains("put `#[resource(events)]` on the impl of each"), "{methods}");
}

#[test]
fn every_method_but_the_reading_ones_changes_something() {
    let methods = ["POST", "put", "Patch", "DELETE", "LINK", "GET", "head", "OPTIONS", "TRACE", "QUERY"];
    let said = all().handlers(methods.map(|method| (method, "/x", "job::add"))).check().unwrap_err().to_string();
    for (method, changes) in methods.iter().zip([true, true, true, true, true, false, false, false, false, false]) {
        assert_eq!(said.contains(&format!("{} /x", method.to_uppercase())), changes, "{method}: {said}");
    }
}

#[test]
fn an_exemption_that_is_not_needed_fails() {
    let routes = || {
        all().handlers([
            ("POST", "/nuvlabox", "nuvlabox::add"),
            ("POST", "/job", "job::add"),
            ("PUT", "/job", "job::search"),
            ("GET", "/nuvlabox", "nuvlabox::get"),
            ("PUT", "/deployment", "deployment::search"),
        ])
    };
    let needed =
        || routes().exempt("job::add", "a draft").exempt("job::search", "reads").exempt("PUT /deployment", "reads");
    needed().assert();
    for (exempt, why) in [
        ("nuvlabox::add", "POST /nuvlabox (`nuvlabox::add`) is recorded as `nuvlabox.add` (…): leave it out"),
        ("POST /nuvlabox", "POST /nuvlabox (`nuvlabox::add`) is recorded as `nuvlabox.add` (…): leave it out"),
        ("nuvlabox::get", "GET /nuvlabox (`nuvlabox::get`) changes nothing: leave it out"),
        ("job::add", "POST /job (`job::add`) is exempt already: keep one"),
        ("job::sarch", "no handler is called so: did you mean `job::search`?"),
        ("PUT /jobs", "no handler is called so: did you mean `PUT /job`?"),
        ("billing::charge_everybody", "no handler is called so: leave it out"),
    ] {
        let line = format!("the exemption of `{exempt}` is not needed, {why} [EVT192]");
        assert_said(needed().exempt(exempt, "no reason to"), &[&line]);
    }
}

#[test]
fn an_exemption_says_why_and_of_which_handler() {
    let routes = || all().handlers([("POST", "/job", "job::add"), ("PUT", "/job", "job::search")]);
    assert_said(
        routes().exempt("job::add", " ").exempt("job::search", "reads"),
        &["the exemption of `job::add` has no reason: say why nothing has to be recorded, or annotate it [EVT193]"],
    );
    let two = || all().handlers([("POST", "/job", "job::run"), ("POST", "/plan", "plan::run")]);
    assert_said(
        two().exempt("run", "dry"),
        &[
            "the exemption of `run` may be one of `job::run` or `plan::run`: write which, or the method and the path [EVT191]",
        ],
    );
    two().exempt("job::run", "dry").exempt("POST /plan", "dry").assert();
}

#[test]
fn nothing_to_compare_is_never_taken_for_covered() {
    assert_said(
        all(),
        &["no handler is given: give `openapi` the document that is served, or `handlers` the routes [EVT194]"],
    );
    for (document, why) in [("{", "the OpenAPI document is no JSON"), ("{}", "the OpenAPI document has no `paths`")] {
        assert_said(all().openapi(document), &[&format!("{why}…: give `openapi` …[EVT194]")]);
    }
    assert_said(
        all().openapi(json!({ "paths": { "/job": { "post": {} } } })),
        &[
            "POST /job has no operation id: name its handler, `.handlers([(\"POST\", \"/job\", \"<module>::<function>\")])` [EVT191]",
        ],
    );
    assert_said(
        coverage::of(&Registry::default()).handlers([("POST", "/a", "a"), ("POST", "/b", "b"), ("GET", "/c", "c")]),
        &[
            "no annotated function is known, and 2 handlers change something: name the crate of the handlers in the test \
           (`use that_crate as _;`) [EVT190]",
        ],
    );
}

#[test]
fn the_panic_of_a_test_is_the_list() {
    let panic = std::panic::catch_unwind(|| all().handlers([("POST", "/job", "job::add")]).assert()).unwrap_err();
    let said = panic.downcast::<String>().unwrap();
    assert!(
        said.starts_with("not every handler that changes something is recorded, 1 to mend:\n  POST /job"),
        "{said}"
    );
}
