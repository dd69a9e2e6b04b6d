//! The reference API server from outside: real HTTP, real signals, and its trail read beside it.

#[path = "../programs/mod.rs"]
mod programs;
mod runner;
mod server;

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpStream},
    path::Path,
    thread,
};

use programs::{example, printed};
use serde_json::{Value, json};
use server::{ADMIN, JANE, Server, request, until};

/// Every stored event, in order.
fn events(data: &Path) -> Vec<Value> {
    let text = printed(example("trail").arg(data).arg("--json"));
    text.lines().map(|line| serde_json::from_str(line).expect("one event a line")).collect()
}

fn of_type<'e>(events: &'e [Value], event_type: &str) -> Vec<&'e Value> {
    events.iter().filter(|event| event["event-type"] == event_type).collect()
}

/// Adds a nuvlabox as jane.
fn added(server: &Server) -> String {
    let answer = server.send("POST", "/api/nuvlabox", JANE, r#"{"name": "gateway"}"#);
    assert_eq!(answer.status, 201, "{answer:?}");
    let id = answer.text("resource-id").to_owned();
    assert!(
        answer.headers.contains(&format!("location: {id}\r\n")) || answer.headers.contains(&format!("location: {id}"))
    );
    assert_eq!(answer.text("message"), format!("{id} created"));
    id
}

#[test]
fn what_was_added_is_found_by_its_owner_and_hidden_from_others() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path());
    let id = added(&server);

    let found = server.send("GET", &format!("/api/{id}"), JANE, "");
    assert_eq!((found.status, found.text("name"), found.text("state")), (200, "gateway", "NEW"));
    assert_eq!(found.body["acl"], json!({ "owners": ["user/jane"] }));

    for method in ["GET", "PUT"] {
        let all = server.send(method, "/api/nuvlabox", JANE, "");
        assert_eq!((all.status, &all.body["count"], &all.body["resources"][0]["id"]), (200, &json!(1), &json!(id)));
    }
    let joe = "user/joe user/joe group/nuvla-user";
    let stranger = server.send("GET", &format!("/api/{id}"), joe, "");
    assert_eq!((stranger.status, stranger.text("message")), (403, &*format!("invalid credentials for '{id}'")));
    assert_eq!(server.send("GET", "/api/nuvlabox", joe, "").body["count"], json!(0));
    let page = server.send("GET", "/api/nuvlabox?last=0", JANE, "");
    assert_eq!((&page.body["count"], &page.body["resources"]), (&json!(1), &json!([])));
    let page = server.send("PUT", "/api/nuvlabox", JANE, "first=1&last=0");
    assert_eq!((&page.body["count"], &page.body["resources"]), (&json!(1), &json!([])));

    let edited = server.send("PUT", &format!("/api/{id}"), JANE, r#"{"name": "gate"}"#);
    assert_eq!(edited.status, 200, "{edited:?}");
    assert_eq!(server.send("GET", &format!("/api/{id}"), JANE, "").text("name"), "gate");
    let deleted = server.send("DELETE", &format!("/api/{id}"), JANE, "");
    assert_eq!((deleted.status, deleted.text("message")), (200, &*format!("{id} deleted")));
    assert_eq!(server.send("GET", &format!("/api/{id}"), JANE, "").status, 404);
}

#[test]
fn its_owner_reboots_a_nuvlabox_in_every_state_with_and_without_options() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path());
    let id = added(&server);
    for action in ["", "activate", "decommission"] {
        if !action.is_empty() {
            let done = server.send("POST", &format!("/api/{id}/{action}"), JANE, "");
            assert!((200..300).contains(&done.status), "{done:?}");
        }
        for body in ["", "{}", r#"{"force": true}"#] {
            let rebooted = server.send("POST", &format!("/api/{id}/reboot"), JANE, body);
            assert_eq!(rebooted.status, 202, "{rebooted:?}");
            assert!(rebooted.text("location").starts_with("job/"), "{rebooted:?}");
        }
    }
    let events = events(data.path());
    assert_eq!(of_type(&events, "nuvlabox.reboot").len(), 9);
    assert_eq!(of_type(&events, "nuvlabox.reboot.completed").len(), 9);
}

#[test]
fn the_trail_of_a_reboot_is_read_beside_the_running_server() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path());
    let id = added(&server);
    let job = server.send("POST", &format!("/api/{id}/reboot"), JANE, "").text("location").to_owned();

    let stored = events(data.path());
    let [opening] = of_type(&stored, "nuvlabox.reboot")[..] else { panic!("one opening") };
    let [closing] = of_type(&stored, "nuvlabox.reboot.completed")[..] else { panic!("one closing") };
    let [nested] = of_type(&stored, "job.add")[..] else { panic!("one job") };
    assert_eq!(opening["resource"]["href"], json!(id));
    assert_eq!((&closing["parent"], &closing["linked-identifiers"]), (&opening["id"], &json!([job])));
    assert_eq!((&nested["parent"], &nested["root"]), (&opening["id"], &opening["id"]));
    let claims = json!(["user/jane", "group/nuvla-anon", "group/nuvla-user"]);
    assert_eq!(opening["authn-info"], json!({ "user-id": "user/jane", "active-claim": "user/jane", "claims": claims }));
    let [add] = of_type(&stored, "nuvlabox.add.completed")[..] else { panic!("one closing") };
    assert_eq!((&add["resource"]["href"], &add["acl"]), (&json!(id), &json!({ "owners": ["user/jane"] })));

    let tree = printed(example("trail").arg(data.path()));
    for line in [format!("nuvlabox.add     {id}"), format!("nuvlabox.reboot  {id}"), format!("└─ job.add       {job}")]
    {
        assert!(tree.contains(&line), "{line}\n{tree}");
    }
    let root = opening["id"].as_str().unwrap();
    let one = printed(example("trail").arg(data.path()).args(["--root", root]));
    let events = one.lines().filter(|line| line.contains("nuvlabox.reboot") || line.contains("job.add"));
    assert_eq!(events.count(), 2, "the reboot and its job: {one}");
    let newest = printed(example("trail").arg(data.path().join("events")).args(["--limit", "1"]));
    assert_eq!(newest, one);
}

#[test]
fn what_is_not_done_is_answered_in_the_words_of_the_interface_and_recorded() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path());
    let id = added(&server);
    let uri = format!("/api/{id}");
    let joe = "user/joe user/joe group/nuvla-user";
    let absent = "nuvlabox/00000000-0000-4000-8000-000000000000";
    let cases: &[(&str, String, &str, &str, u16, String)] = &[
        ("POST", "/api/nuvlabox".into(), "", r#"{"name": "x"}"#, 403, "credentials required".into()),
        ("GET", "/api/nuvlabox".into(), "user/jane", "", 403, "credentials required".into()),
        ("POST", format!("{uri}/reboot"), joe, "", 403, format!("invalid credentials for '{id}'")),
        ("POST", format!("/api/{absent}/reboot"), JANE, "", 404, format!("{absent} not found")),
        ("DELETE", format!("/api/{absent}"), JANE, "", 404, format!("{absent} not found")),
        (
            "POST",
            format!("{uri}/foo"),
            JANE,
            "",
            404,
            format!("undefined action (post, [\"nuvlabox\" \"foo\"]) for {uri}/foo"),
        ),
        ("PATCH", uri.clone(), JANE, "", 405, format!("invalid method (patch) for {uri}")),
        ("GET", "/api/nothing".into(), JANE, "", 405, "invalid method (get) for /api/nothing".into()),
        ("GET", "/api/a/b/c/d".into(), JANE, "", 404, "unknown resource".into()),
    ];
    for (method, path, caller, body, status, message) in cases {
        let answer = server.send(method, path, caller, body);
        assert_eq!((answer.status, answer.text("message")), (*status, &**message), "{method} {path}");
        assert_eq!(answer.body["status"], json!(status), "{method} {path}");
    }
    assert_eq!(server.send("OPTIONS", &uri, "", "").status, 204);
    assert_eq!(server.send("GET", "/", "", "").status, 302);

    let stored = events(data.path());
    let failures: Vec<_> =
        of_type(&stored, "nuvlabox.reboot.failed").iter().map(|event| event["failure"].clone()).collect();
    assert_eq!(failures.iter().map(|failure| &failure["status"]).collect::<Vec<_>>(), [403, 404]);
    assert!(failures.iter().all(|failure| failure["reason"] == "error"), "{failures:?}");
}

#[test]
fn people_read_the_trail_in_a_browser_and_programs_over_the_interface() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path());
    let id = added(&server);
    let page = server.send("GET", "/ui", "", "");
    assert!(page.status == 200 && page.headers.contains("content-type: text/html"), "{page:?}");
    let found = server.send("PUT", "/api/event", JANE, &format!("filter=resource/href='{id}'&orderby=created:desc"));
    // The opening of an `add` does not know yet what is added.
    assert_eq!((found.status, &found.body["count"]), (200, &json!(1)), "{found:?}");
    assert_eq!(server.send("GET", "/api/event", "", "").status, 403);
    let collections = &server.send("GET", "/api/cloud-entry-point", "", "").body["collections"];
    assert_eq!(collections["event"], json!({ "href": "event" }));
}

#[test]
fn a_demonstration_has_a_fleet_its_history_and_users_who_can_log_in() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start_with(data.path(), &["--demo"]);
    assert_eq!(server.send("GET", "/api/nuvlabox", JANE, "").body["count"], json!(4));
    let stored = events(data.path());
    let count = |event_type| of_type(&stored, event_type).len();
    assert_eq!((count("deployment.start.completed"), count("deployment.start.failed")), (2, 1));
    assert_eq!((count("nuvlabox.reboot.completed"), count("nuvlabox.reboot.failed")), (3, 1), "one by a stranger");
    assert_eq!((count("user.add"), count("group.add")), (0, 0), "nobody asked for them");
    let login = r#"{"template": {"href": "session-template/password", "username": "jane", "password": "demo"}}"#;
    assert_eq!(server.send("POST", "/api/session", "", login).status, 201);
    server.stop();

    let again = Server::start_with(data.path(), &["--demo"]);
    assert_eq!(again.send("GET", "/api/nuvlabox", JANE, "").body["count"], json!(4), "only an empty folder is filled");
}

#[test]
fn no_input_whatever_is_the_servers_fault() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path());
    let id = added(&server);
    let deep = format!("{{\"name\": {}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let large = format!(r#"{{"name": "{}"}}"#, "x".repeat(3 << 20));
    let long_id = format!("/api/nuvlabox/{}", "a".repeat(5_000));
    let requests = [
        ("POST", "/api/nuvlabox", JANE, "not json"),
        ("POST", "/api/nuvlabox", JANE, "[]"),
        ("POST", "/api/nuvlabox", JANE, r#"{"name": 7}"#),
        ("POST", "/api/nuvlabox", JANE, r#"{"name": "x", "acl": {"owners": []}}"#),
        ("POST", "/api/nuvlabox", JANE, r#"{"name": "x", "acl": {"owners": ["a b"]}}"#),
        ("POST", "/api/nuvlabox", JANE, r#"{"name": "\u0000\u001b[2J\ud83d\ude00", "tags": []}"#),
        ("POST", "/api/nuvlabox", JANE, &deep),
        ("POST", "/api/nuvlabox", JANE, &large),
        ("POST", "/api/nuvlabox", "user/jane", r#"{"name": "x"}"#),
        ("GET", "/api/nuvlabox/%00", JANE, ""),
        ("GET", "/api/nuvlabox/%ff%fe", JANE, ""),
        ("GET", "/api/nuvlabox/..%2f..%2fetc", JANE, ""),
        ("GET", &long_id, JANE, ""),
        ("POST", "/api/nuvlabox/%27%20or%201=1/reboot", JANE, ""),
        ("PUT", "/api/nuvlabox?first=99999999999999999999&last=-1", JANE, ""),
        ("PUT", "/api/nuvlabox", JANE, "first=100000"),
        ("PUT", "/api/nuvlabox", JANE, "\u{0}\u{1}%"),
        ("GET", "/api/nuvlabox", "user/\u{1b}[31m x", ""),
        ("GET", "/api/nuvlabox", &"group/x ".repeat(4_000), ""),
    ];
    for (method, path, caller, body) in requests {
        let answer = server.send(method, path, caller, body);
        assert!(answer.status < 500, "{method} {:.60} {:.60}: {answer:?}", path, body);
    }
    assert_eq!(server.send("GET", &format!("/api/{id}"), JANE, "").status, 200, "it still serves");
    let stored = events(data.path());
    let (openings, closings): (Vec<_>, Vec<_>) = stored.iter().partition(|event| event["phase"] == "requested");
    assert_eq!(openings.len(), closings.len(), "everything that began has ended");
}

#[test]
fn what_has_begun_is_done_and_recorded_when_its_client_hangs_up() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path());
    let mut client = TcpStream::connect(server.address()).unwrap();
    client.set_read_timeout(Some(server::LIMIT)).unwrap();
    // The hash of a password takes longer than it takes to see that it has begun.
    let add = request("POST", "/api/user", ADMIN, r#"{"name": "eve", "password": "secret"}"#);
    client.write_all(add.as_bytes()).unwrap();
    until("it has begun", || (!of_type(&events(data.path()), "user.add").is_empty()).then_some(()));
    client.shutdown(Shutdown::Write).unwrap();
    // The server hangs up as well.
    let _ = client.read_to_end(&mut Vec::new());
    server.stop();

    let stored = events(data.path());
    let endings = ["user.add.completed", "user.add.failed", "credential.add.completed"];
    assert_eq!(endings.map(|ending| of_type(&stored, ending).len()), [1, 0, 1]);
    let again = Server::start(data.path());
    let found = again.send("GET", "/api/user", ADMIN, "");
    assert_eq!(found.body["resources"][0]["id"], "user/eve");
}

#[test]
fn a_signal_stops_it_cleanly_under_load_and_nothing_stays_open() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path());
    let id = added(&server);
    let address = server.address().to_owned();
    let (begun, first) = std::sync::mpsc::channel();
    let clients: Vec<_> = (0..4)
        .map(|_| {
            let (address, path, begun) = (address.clone(), format!("/api/{id}/reboot"), begun.clone());
            thread::spawn(move || {
                // Until the server is gone.
                while let Some(status) = rebooted(&address, &path) {
                    let _ = begun.send(status);
                }
            })
        })
        .collect();
    for _ in 0..20 {
        assert_eq!(first.recv_timeout(server::LIMIT), Ok(202));
    }
    let (status, lines) = server.stop();
    assert!(status.success(), "{status}");
    assert_eq!(lines, Vec::<String>::new(), "one line in all");
    clients.into_iter().for_each(|client| client.join().unwrap());

    let stored = events(data.path());
    let openings = of_type(&stored, "nuvlabox.reboot");
    assert!(openings.len() >= 20);
    for opening in openings {
        let closings = stored.iter().filter(|event| event["parent"] == opening["id"] && event["duration-ms"].is_u64());
        assert_eq!(closings.count(), 1, "{opening}");
    }

    let again = Server::start(data.path());
    assert_eq!(again.send("GET", &format!("/api/{id}"), JANE, "").text("name"), "gateway");
    assert_eq!(events(data.path()).len(), stored.len(), "nothing was left to be closed");
}

#[test]
fn tails_do_not_keep_it_from_stopping() {
    use std::io::{BufRead, BufReader};
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path());
    let mut tails: Vec<_> = (0..20)
        .map(|_| {
            let mut stream = TcpStream::connect(server.address()).unwrap();
            stream.set_read_timeout(Some(server::LIMIT)).unwrap();
            write!(stream, "GET /api/event/tail HTTP/1.1\r\nhost: localhost\r\nnuvla-authn-info: {JANE}\r\n\r\n")
                .unwrap();
            let mut stream = BufReader::new(stream);
            let mut line = String::new();
            while !line.starts_with("retry: ") {
                line.clear();
                assert!(stream.read_line(&mut line).unwrap() > 0, "it begins");
            }
            stream
        })
        .collect();
    let (status, _) = server.stop();
    assert!(status.success(), "{status}");
    // What does not end by itself within five seconds is cut.
    for tail in &mut tails {
        let mut rest = String::new();
        tail.read_to_string(&mut rest).unwrap();
        assert!(rest.ends_with("0\r\n\r\n"), "to its end: {rest:?}");
    }
}

/// The status of a reboot; none when nobody listens any more.
fn rebooted(address: &str, path: &str) -> Option<u16> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(server::LIMIT)).ok()?;
    stream.write_all(request("POST", path, JANE, "").as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    answer.split(' ').nth(1)?.parse().ok()
}
