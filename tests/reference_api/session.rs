//! Logging in and out, and acting as a group.

use std::sync::Arc;

use events::{Acl, Caller, Event, Right, Timestamp, assert_events};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::{
    api::{
        document::Document,
        session::{Identity, Session},
    },
    server::{ADMIN, JANE, JOE, NOBODY, Server, assert_seen, caller, details, of_type},
};

const ABSENT: &str = "session/00000000-0000-4000-8000-000000000000";

async fn with_users() -> Server {
    let mut server = Server::start();
    for name in ["jane", "joe"] {
        server.adds(ADMIN, "user", json!({ "name": name, "password": format!("{name}'s secret") })).await;
    }
    server.adds(ADMIN, "group", json!({ "name": "fleet", "users": ["user/jane"] })).await;
    server
}

fn login(username: &str, password: &str) -> Value {
    json!({ "template": { "href": "session-template/password", "username": username, "password": password } })
}

/// Jane, logged in: her session and how she is recognised in it.
async fn logged_in(server: &mut Server) -> (String, String) {
    let answer = server.prepares(NOBODY, "POST session", login("jane", "jane's secret")).await;
    let cookie = answer.headers["set-cookie"].to_str().unwrap();
    let session = answer.location();
    (session, cookie.split(';').next().unwrap().to_owned())
}

fn events_say_nothing_of(events: &[Event], secret: &str) {
    for event in events {
        assert!(!serde_json::to_string(event).unwrap().contains(secret), "{event:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn adding_a_user_records_no_password() {
    let mut server = Server::start();
    let body = json!({ "name": "jane", "password": "jane's secret" });
    server.asks(ADMIN, "POST user", body.clone(), 201).await;
    assert_events!(server.trail, "user.add user/jane" => completed { "credential.add" => completed });
    let events = server.recorded(ADMIN, &[], &[JOE]);
    assert_seen(of_type(&events, "user.add.completed"), &[JANE], &[]);
    assert_eq!(details(of_type(&events, "user.add.completed")), json!({ "name": "jane" }));
    events_say_nothing_of(&events, "secret");
    server.refuses(JANE, "POST user", body.clone(), (403, "credentials required"), "user.add").await;

    // One who is there keeps the password.
    let again = json!({ "name": "jane", "password": "another" });
    assert_eq!(server.asks(ADMIN, "POST user", again, 409).await.text("message"), "conflict with user/jane");
    assert_events!(server.trail, "user.add" => failed(error) { "credential.add" => failed(error) });
    server.asks(NOBODY, "POST session", login("jane", "another"), 403).await;
    server.asks(NOBODY, "POST session", login("jane", "jane's secret"), 201).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_is_anonymous_before_and_the_user_after() {
    let mut server = with_users().await;
    let answer = server.asks(NOBODY, "POST session", login("jane", "jane's secret"), 201).await;
    let session = answer.location();
    assert_events!(server.trail, format!("session.add {session}") => completed);
    let events = server.look();
    let (opening, closing) = (of_type(&events, "session.add"), of_type(&events, "session.add.completed"));
    assert_eq!((&opening.authn_info, &opening.acl), (&Caller::anonymous(), &Acl::admin()));
    assert_eq!(closing.authn_info, caller(&format!("user/jane user/jane user/jane group/nuvla-user {session}")));
    assert_seen(closing, &[JANE], &[JOE, NOBODY]);
    assert_eq!((&*closing.linked_identifiers[0], &*closing.category), ("user/jane", "user"));
    assert!(closing.linked_identifiers[1].starts_with("credential/"), "{:?}", closing.linked_identifiers);
    assert_eq!(details(closing), json!({ "template": "session-template/password" }));
    events_say_nothing_of(&events, "secret");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_login_is_visible_to_its_target() {
    let mut server = with_users().await;
    let answer = server.asks(NOBODY, "POST session", login("jane", "a guess"), 403).await;
    assert_eq!(answer.text("message"), "invalid credentials for 'jane'");
    assert_events!(server.trail, "session.add" => failed(error));
    let events = server.recorded(NOBODY, &[], &[JOE, NOBODY]);
    assert_seen(of_type(&events, "session.add"), &[], &[JANE]);
    assert_seen(of_type(&events, "session.add.failed"), &[JANE], &[JOE]);
    events_say_nothing_of(&events, "guess");

    // The user's name may be a password, typed in the wrong field: only the answer repeats it.
    for username in ["hunter2", "hunter2 or so"] {
        let answer = server.asks(NOBODY, "POST session", login(username, "x"), 403).await;
        assert_eq!(answer.text("message"), format!("invalid credentials for '{username}'"));
        assert_events!(server.trail, "session.add" => failed(error));
        let events = server.recorded(NOBODY, &[], &[JANE, JOE]);
        events_say_nothing_of(&events, "hunter2");
    }
    let other = json!({ "template": { "href": "session-template/oidc", "username": "jane", "password": "x" } });
    server.asks(NOBODY, "POST session", other, 400).await;
    assert_events!(server.trail, "session.add" => failed(error));
}

#[tokio::test(flavor = "multi_thread")]
async fn many_logins_at_once_are_turned_away_and_not_piled_up() {
    const LOGINS: usize = 256;
    let server = Arc::new(with_users().await);
    let mut attempts = JoinSet::new();
    for number in 0..LOGINS {
        // Whether there is such a user makes no difference.
        let username = if number % 2 == 0 { "jane" } else { "nobody" };
        let server = server.clone();
        attempts.spawn(async move { server.send(NOBODY, "POST session", login(username, "a guess")).await });
    }
    let answers = attempts.join_all().await;
    let of = |status: u16| answers.iter().filter(move |answer| answer.status == status);
    let (failed, turned_away) = (of(403).count(), of(429).count());
    assert_eq!(failed + turned_away, LOGINS);
    assert!(failed >= 8 && turned_away > 0, "{failed} were looked at, {turned_away} turned away");
    assert!(of(429).all(|answer| answer.headers["retry-after"] == "1"));

    // Whoever tries again is let in.
    server.asks(NOBODY, "POST session", login("jane", "jane's secret"), 201).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cookie_says_who_calls() {
    let mut server = with_users().await;
    let (session, cookie) = logged_in(&mut server).await;
    let found = server.send_with(&[("cookie", &cookie)], "PUT session", Value::Null).await.body;
    assert_eq!((&found["count"], &found["resources"][0]["id"]), (&json!(1), &json!(session)));
    let id = server.send_with(&[("cookie", &cookie)], "POST nuvlabox", json!({})).await.location();
    assert_events!(server.trail, format!("nuvlabox.add {id}") => completed);
    server.recorded(&format!("user/jane user/jane user/jane group/nuvla-user {session}"), &[JANE], &[JOE]);

    let forged = format!(
        "{}.{}",
        cookie.split('.').take(cookie.split('.').count() - 1).collect::<Vec<_>>().join("."),
        "0".repeat(32)
    );
    for cookie in ["", "x", &forged] {
        let found = server.send_with(&[("cookie", cookie)], "PUT session", Value::Null).await;
        assert_eq!((found.status, &found.body["count"]), (200, &json!(0)), "{cookie}");
    }
    server.prepares(JANE, &format!("DELETE {session}"), Value::Null).await;
    let after = server.send_with(&[("cookie", &cookie)], "POST nuvlabox", json!({})).await;
    assert_eq!(after.status, 403, "its session has ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_by_itself() {
    let mut server = with_users().await;
    let (session, cookie) = logged_in(&mut server).await;
    let add = async || server.send_with(&[("cookie", &cookie)], "POST nuvlabox", json!({})).await.status;
    assert_eq!(add().await, 201);
    let (created, expiry) = {
        let session = server.asks(JANE, &format!("GET {session}"), Value::Null, 200).await.body;
        let time = |name: &str| session[name].as_str().unwrap().parse::<Timestamp>().unwrap();
        (time("created"), time("expiry"))
    };
    let lasts = expiry.since(created).as_secs();
    assert!((86_300..=86_400).contains(&lasts), "{lasts} s");
    // That day later.
    let end = |document: &mut Document<Session>| {
        document.own.expiry = document.created;
        Ok(())
    };
    server.database.change(session.parse().unwrap(), Right::Manage, Caller::internal(), end).await.unwrap();
    assert_eq!(add().await, 403);
    let found = server.send_with(&[("cookie", &cookie)], "PUT session", Value::Null).await;
    assert_eq!((found.status, &found.body["count"]), (200, &json!(0)));
    // It goes with the next login, which stays.
    let (next, _) = logged_in(&mut server).await;
    server.asks(JANE, &format!("GET {session}"), Value::Null, 404).await;
    server.asks(JANE, &format!("GET {next}"), Value::Null, 200).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_left_a_group_acts_as_it_no_more() {
    let mut server = with_users().await;
    let (session, cookie) = logged_in(&mut server).await;
    let switch = format!("POST {session}/switch-group");
    server.prepares(JANE, &switch, json!({ "claim": "group/fleet" })).await;
    let mut active_claims = Vec::new();
    for users in [json!(["user/jane"]), json!([]), json!(["user/jane"])] {
        server.prepares(ADMIN, "PUT group/fleet", json!({ "users": users })).await;
        server.send_with(&[("cookie", &cookie)], "POST nuvlabox", json!({})).await;
        let events = server.look();
        let opening = of_type(&events, "nuvlabox.add");
        assert_eq!(opening.authn_info.user_id.as_ref().unwrap().as_str(), "user/jane");
        active_claims.push(opening.authn_info.active_claim.as_ref().unwrap().to_string());
        server.forget();
    }
    // Her session is as she left it: back in the group, she acts as it.
    assert_eq!(active_claims, ["group/fleet", "user/jane", "group/fleet"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_cannot_be_looked_up_is_not_taken_for_nobody() {
    let mut server = with_users().await;
    let (_, cookie) = logged_in(&mut server).await;
    let resources = rusqlite::Connection::open(server.data.path().join("resources.db")).unwrap();
    resources.execute_batch("ALTER TABLE resource RENAME TO elsewhere").unwrap();
    for request in ["PUT session", "POST nuvlabox"] {
        assert_eq!(server.send_with(&[("cookie", &cookie)], request, json!({})).await.status, 500, "{request}");
    }
    resources.execute_batch("ALTER TABLE elsewhere RENAME TO resource").unwrap();
    let found = server.send_with(&[("cookie", &cookie)], "PUT session", Value::Null).await;
    assert_eq!(found.body["count"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn logging_out() {
    let mut server = with_users().await;
    let (session, _) = logged_in(&mut server).await;
    let (request, what) = (format!("DELETE {session}"), format!("session.delete {session}"));
    server.refuses(JOE, &request, Value::Null, (403, &format!("invalid credentials for '{session}'")), &what).await;
    server.asks(JANE, &request, Value::Null, 200).await;
    assert_events!(server.trail, what => completed);
    let events = server.recorded(JANE, &[JANE], &[JOE]);
    assert_eq!(of_type(&events, "session.delete.completed").linked_identifiers, ["user/jane"]);
    let absent = (404, &*format!("{ABSENT} not found"));
    server.refuses(JANE, &format!("DELETE {ABSENT}"), Value::Null, absent, &format!("session.delete {ABSENT}")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn acting_as_a_group() {
    const MEMBER: &str = "user/mia group/fleet group/fleet";
    let mut server = with_users().await;
    let (session, cookie) = logged_in(&mut server).await;
    let (request, what) = (format!("POST {session}/switch-group"), format!("session.switch-group {session}"));
    let fleet = json!({ "claim": "group/fleet" });
    let forbidden = format!("invalid credentials for '{session}'");
    server.refuses(JOE, &request, fleet.clone(), (403, &forbidden), &what).await;
    // She does not belong to these.
    for claim in ["group/nuvla-admin", "group/none", "user/joe", "fleet"] {
        let answer = server.asks(JANE, &request, json!({ "claim": claim }), 403).await;
        assert_eq!(answer.text("message"), format!("invalid credentials for '{claim}'"));
        assert_events!(server.trail, what => failed(error));
        let events = server.recorded(JANE, &[JANE], &[JOE]);
        assert_eq!(details(of_type(&events, "session.switch-group.failed")), json!({ "claim": claim }));
    }

    server.asks(JANE, &request, fleet, 200).await;
    assert_events!(server.trail, what => completed);
    let events = server.recorded(JANE, &[JANE], &[JOE]);
    let closing = of_type(&events, "session.switch-group.completed");
    assert_eq!(
        (details(closing), &closing.linked_identifiers[..]),
        (json!({ "claim": "group/fleet" }), &["group/fleet".to_owned()][..])
    );
    assert_seen(closing, &[MEMBER], &[]);

    let id = server.send_with(&[("cookie", &cookie)], "POST nuvlabox", json!({})).await.location();
    assert_events!(server.trail, format!("nuvlabox.add {id}") => completed);
    let as_fleet = format!("user/jane group/fleet group/fleet group/nuvla-user {session}");
    server.recorded(&as_fleet, &[MEMBER], &[JOE]);

    let absent = (404, &*format!("{ABSENT} not found"));
    let (request, what) = (format!("POST {ABSENT}/switch-group"), format!("session.switch-group {ABSENT}"));
    server.refuses(JANE, &request, json!({ "claim": "user/jane" }), absent, &what).await;
}

#[test]
fn the_identity_header_is_believed_where_only_this_machine_or_a_proxy_can_send_it() {
    for (address, behind_proxy, who) in [
        ("127.0.0.1:8080", false, Identity::Machine),
        ("[::1]:8080", false, Identity::Machine),
        ("127.0.0.1:8080", true, Identity::Proxy),
        ("0.0.0.0:8080", false, Identity::Session),
        ("192.0.2.1:8080", false, Identity::Session),
        ("192.0.2.1:8080", true, Identity::Proxy),
    ] {
        assert_eq!(Identity::at(address.parse().unwrap(), behind_proxy), who, "{address}, {behind_proxy}");
    }
}

#[tokio::test]
async fn the_identity_header_of_a_page_in_a_browser_is_not_believed() {
    let header = ("nuvla-authn-info", JANE);
    for (who, beside, status) in [
        (Identity::Machine, None, 201),
        (Identity::Machine, Some(("host", "127.0.0.1:8080")), 201),
        (Identity::Machine, Some(("host", "[::1]:8080")), 201),
        (Identity::Machine, Some(("host", "LocalHost")), 201),
        // By a name that somebody else has given to this machine.
        (Identity::Machine, Some(("host", "elsewhere.example:8080")), 403),
        (Identity::Machine, Some(("host", "127.0.0.1.elsewhere.example")), 403),
        (Identity::Machine, Some(("origin", "http://elsewhere.example")), 403),
        (Identity::Proxy, Some(("host", "fleet.example")), 201),
        (Identity::Session, Some(("host", "127.0.0.1:8080")), 403),
    ] {
        let server = Server::recognising(who);
        let headers: Vec<_> = [header].into_iter().chain(beside).collect();
        let answer = server.send_with(&headers, "POST nuvlabox", json!({ "name": "gateway" })).await;
        assert_eq!(answer.status, status, "{who:?}, {beside:?}: {}", answer.body);
    }
}
