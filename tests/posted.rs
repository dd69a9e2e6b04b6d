//! Events whose documents somebody posts: both shapes, and who may say what.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::time::{Duration, SystemTime};

use events::{
    Acl, Caller, Claim, Context, Event, EventManager, PostError, Posted, RefusedKind, ResourceDirectory, Right, Viewer,
    action,
    memory::{Fault, MemoryStore},
    resource,
};
use events_core::{AnyHref, Attribute, BoxFuture, Filter, Phase, Severity, Timestamp, with_older_view};
use serde_json::{Value, json};

#[resource(events)]
struct Nuvlabox;

#[expect(dead_code, reason = "declared, and never called")]
#[action(event = "nuvlabox.reboot", resource = "nuvlabox/01")]
async fn reboot() -> Result<(), events::Refused> {
    Ok(())
}

/// `nuvlabox/jane` is Jane's, `nuvlabox/bill` is somebody else's, others do not exist.
struct Resources;

impl ResourceDirectory for Resources {
    fn acl<'d>(
        &'d self,
        resource: &'d AnyHref,
    ) -> BoxFuture<'d, Result<Option<Acl>, Box<dyn std::error::Error + Send + Sync>>> {
        let owner = match resource.id() {
            "jane" => Some("user/jane"),
            "bill" => Some("user/bill"),
            _ => None,
        };
        Box::pin(async move { Ok(owner.map(|owner| Acl::owned_by(claim(owner)))) })
    }
}

fn claim(text: &str) -> Claim {
    text.parse().unwrap()
}

fn jane() -> Context {
    Context::new(Caller::user("user/jane").unwrap())
}

fn admin() -> Context {
    Context::new(Caller::user("user/root").unwrap().with_claim("group/nuvla-admin").unwrap())
}

fn manager(store: &MemoryStore) -> EventManager {
    EventManager::builder(store.clone()).expect::<Nuvlabox>().resources(Resources).build().expect("all is declared")
}

fn posted(document: Value) -> Posted {
    Posted::new(document.as_object().unwrap().clone())
}

async fn post(document: Value, by: Context) -> Result<Event, PostError> {
    let store = MemoryStore::new();
    let manager = manager(&store);
    let id = manager.post(posted(document), &by).await?;
    let found = manager.get(id, &Viewer::admin()).await.unwrap().expect("it is found at once");
    let event = found.event().unwrap();
    assert_eq!(store.events(), std::slice::from_ref(&event));
    Ok(event)
}

async fn problems(document: Value, by: Context) -> Vec<String> {
    match post(document, by).await {
        Err(PostError::Invalid { problems, .. }) => problems,
        other => panic!("it is refused: {other:?}"),
    }
}

fn older() -> Value {
    json!({
        "name": "legacy",
        "description": "something happened",
        "category": "state",
        "severity": "high",
        "timestamp": "2015-01-16T08:05:00.1Z",
        "tags": ["application/blackbox"],
        "success": true,
        "content": {
            "resource": { "href": "run/1", "content": { "deep": [1, "two"] } },
            "state": "Started",
            "linked-identifiers": ["job/1"],
        },
        "acl": { "owners": ["user/joe"], "view-data": ["group/x"] },
    })
}

#[tokio::test]
async fn an_older_document_comes_back_as_it_was_posted() {
    let event = post(older(), jane()).await.unwrap();
    assert_eq!((event.event_type.as_str(), event.phase), ("run.legacy", Phase::Occurred));
    assert_eq!((event.category.as_str(), event.severity), ("user", Severity::High));
    assert_eq!(event.timestamp.to_string(), "2015-01-16T08:05:00.100Z");
    assert_eq!(&event.authn_info, jane().caller());
    let acl = Acl::owned_by(claim("user/joe")).granting(Right::ViewData, claim("group/x"));
    assert_eq!(event.acl, acl.granting(Right::EditAcl, claim("group/nuvla-admin")));

    let view: Value = serde_json::from_slice(&with_older_view(&serde_json::to_vec(&event).unwrap()).unwrap()).unwrap();
    for field in ["name", "description", "tags", "success", "content"] {
        assert_eq!(view[field], older()[field], "{field}");
    }
}

#[tokio::test]
async fn the_posted_name_is_what_the_event_is_found_by() {
    let store = MemoryStore::new();
    let manager = manager(&store);
    manager.post(posted(older()), &jane()).await.unwrap();
    for (name, count) in [("legacy", 1), ("run.legacy", 0)] {
        let found = manager.count(&Filter::is(Attribute::Name, name), &Viewer::admin()).await.unwrap();
        assert_eq!(found.events, count, "{name}");
    }
}

#[tokio::test]
async fn a_name_that_is_an_event_type_is_the_event_type() {
    let mut document = older();
    document["name"] = json!("run.changed");
    let event = post(document, jane()).await.unwrap();
    assert_eq!((event.event_type.as_str(), event.name), ("run.changed", None));
}

#[tokio::test]
async fn a_new_document_needs_an_event_type_or_a_resource_only() {
    let event = post(json!({ "event-type": "backup.finished" }), jane()).await.unwrap();
    assert_eq!((event.event_type.as_str(), event.severity), ("backup.finished", Severity::Medium));
    assert_eq!((event.resource.href, event.resource.resource_type.as_str()), (None, "backup"));

    let document = json!({
        "event-type": "backup.finished", "resource": { "href": "backup/1" }, "subcategory": "nightly",
        "message": "done", "details": { "files": 12, "kind": { "full": true } }, "payload": [1, { "a": null }],
        "linked-identifiers": ["job/1"], "version": 2,
    });
    let event = post(document.clone(), jane()).await.unwrap();
    let written: Value = serde_json::to_value(&event).unwrap();
    for field in ["subcategory", "message", "details", "payload", "linked-identifiers", "version"] {
        assert_eq!(written[field], document[field], "{field}");
    }
}

#[tokio::test]
async fn without_an_acl_it_gets_that_of_an_event_about_the_resource() {
    for (href, owner) in
        [("nuvlabox/jane", "user/jane"), ("nuvlabox/bill", "group/nuvla-admin"), ("run/1", "user/jane")]
    {
        let document = json!({ "event-type": "run.seen", "resource": { "href": href } });
        assert_eq!(post(document, jane()).await.unwrap().acl, Acl::owned_by(claim(owner)), "{href}");
    }
}

#[tokio::test]
async fn who_may_say_what() {
    let declared = json!({ "event-type": "nuvlabox.reboot.completed", "category": "action", "resource": { "href": "nuvlabox/1" } });
    assert!(problems(declared.clone(), jane()).await[0].contains("`nuvlabox.reboot.completed` is declared"));
    let event = post(declared, admin()).await.unwrap();
    assert_eq!((event.event_type.as_str(), event.category.as_str()), ("nuvlabox.reboot.completed", "action"));

    // The name is what consumers of the older shape match.
    let mut disguised = older();
    for name in ["nuvlabox.reboot", "nuvlabox.reboot.requested", "event-policy.changed", "nuvlabox.seen.failed"] {
        disguised["name"] = json!(name);
        assert_eq!(problems(disguised.clone(), jane()).await.len(), 1, "{name}");
    }
    let ending = json!({ "event-type": "backup.run.failed" });
    assert!(problems(ending, jane()).await[0].contains("says how an operation ended"));

    let no_category = json!({ "event-type": "backup.finished" });
    assert!(problems(no_category, admin()).await[0].starts_with("`category`: an administrator"));
    for (given, recorded) in [("system", "system"), ("crud", "crud"), ("edit", "crud")] {
        let document = json!({ "event-type": "backup.finished", "category": given });
        assert_eq!(post(document, admin()).await.unwrap().category, recorded);
    }

    let imported = json!({
        "event-type": "backup.finished", "category": "user", "legacy-id": "event/17",
        "authn-info": { "user-id": "user/bill", "active-claim": "group/x", "claims": ["user/bill", "session/1"] },
    });
    let event = post(imported.clone(), admin()).await.unwrap();
    assert_eq!(serde_json::to_value(&event.authn_info).unwrap(), imported["authn-info"]);
    assert_eq!(event.legacy_id.as_deref(), Some("event/17"));
    let forged = json!({ "event-type": "backup.finished", "authn-info": { "user-id": "user/bill" } });
    assert_eq!(&post(forged, jane()).await.unwrap().authn_info, jane().caller());
}

#[tokio::test]
async fn every_problem_is_named_and_nothing_is_recorded() {
    let document = json!({
        "content": { "resource": { "href": "no href", "hrf": 1 }, "linked-identifiers": "job/1", "more": {} },
        "category": "unheard-of", "severity": "urgent", "timestamp": "2015-01-16", "tags": [1], "success": "yes",
        "acl": { "owners": [], "view-data": ["USER/jane"], "see": [] }, "unknown": 1, "phase": "requested", "root": "event/1",
    });
    let problems = problems(document, admin()).await;
    let fields: Vec<&str> = problems.iter().map(|problem| problem.split('`').nth(1).unwrap()).collect();
    let mut expected = [
        "content.resource.href",
        "content.resource.hrf",
        "content.linked-identifiers",
        "content.more",
        "category",
        "severity",
        "timestamp",
        "tags",
        "success",
        "acl.owners",
        "acl.view-data",
        "acl.see",
        "unknown",
        "phase",
        "root",
    ];
    expected.sort_unstable();
    let mut found = fields.clone();
    found.sort_unstable();
    assert_eq!(found, expected, "{problems:#?}");

    for (field, missing) in [("content", "content"), ("severity", "severity")] {
        let mut document = older();
        document.as_object_mut().unwrap().remove(field);
        let problems = self::problems(document, jane()).await;
        assert!(problems.iter().any(|problem| problem.starts_with(&format!("`{missing}`"))), "{problems:?}");
    }
}

#[tokio::test]
async fn nobody_posts_what_is_still_to_come() {
    let at = |seconds: i64| {
        let now = i64::try_from(SystemTime::UNIX_EPOCH.elapsed().unwrap().as_millis()).unwrap();
        let timestamp = Timestamp::from_millis(now + seconds * 1_000).to_string();
        json!({ "event-type": "backup.finished", "category": "user", "timestamp": timestamp })
    };
    for by in [jane, admin] {
        for ahead in [120, 86_400, 100 * 365 * 86_400] {
            let problems = problems(at(ahead), by()).await;
            let [problem] = &problems[..] else { panic!("{problems:?}") };
            assert!(problem.starts_with("`timestamp`: ") && problem.contains("still to come"), "{problem}");
        }
        // Clocks differ a little, and what is imported happened long ago.
        for ahead in [20, 0, -10 * 365 * 86_400] {
            let document = at(ahead);
            let event = post(document.clone(), by()).await.unwrap();
            assert_eq!(event.timestamp.to_string(), document["timestamp"]);
        }
    }
}

#[tokio::test]
async fn what_is_too_large_is_cut_and_says_so() {
    let event = post(
        json!({
            "event-type": "backup.finished", "message": "m".repeat(9_000), "tags": ["t".repeat(600)],
            "details": { "text": "d".repeat(9_000) }, "payload": { "log": "p".repeat(100_000) },
            "resource": { "href": "backup/1", "content": "c".repeat(100_000) },
        }),
        jane(),
    )
    .await
    .unwrap();
    assert_eq!(event.message.map(|message| message.len()), Some(8 * 1_024));
    assert_eq!(event.tags, ["t".repeat(512), "truncated".to_owned()]);
    assert_eq!(event.details["text"].as_str().map(str::len), Some(8 * 1_024));
    assert_eq!(event.payload.unwrap()["bytes"], json!(100_010));
    assert_eq!(event.resource.content.unwrap()["truncated"], json!(true));

    let document = json!({ "event-type": "run.seen", "resource": { "href": format!("run/{}", "x".repeat(600)) } });
    assert!(problems(document, jane()).await[0].starts_with("`resource.href`"));
    let many: Vec<String> = (0..1_001).map(|number| format!("user/u{number}")).collect();
    let document = json!({ "event-type": "run.seen", "acl": { "owners": many } });
    assert!(problems(document, jane()).await[0].starts_with("`acl.owners`"));
}

#[tokio::test]
async fn a_store_that_fails_refuses_it() {
    let store = MemoryStore::new();
    let manager = manager(&store);
    store.faults().fail_all(Fault::Failed);
    match manager.post(posted(older()), &jane()).await {
        Err(PostError::Refused(refused)) => assert_eq!(refused.kind, RefusedKind::Storage),
        other => panic!("{other:?}"),
    }
    assert!(store.is_empty());
    assert!(manager.shutdown(Duration::from_secs(5)).await);
    assert!(matches!(manager.post(posted(older()), &jane()).await, Err(PostError::Refused(_))));
    assert!(EventManager::disabled().post(posted(older()), &jane()).await.is_err());
}
