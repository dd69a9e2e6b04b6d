//! An event that Elasticsearch will never take.

use std::time::Instant;

use events::{Entry, EntryKind, EventId, EventManager, Replayed, Seq};
use serde_json::json;

use crate::{
    scene::{PATIENCE, Scene},
    servers::servers,
};

/// As a later version of the framework may have recorded it: it has a field that no mapping knows.
fn of_a_later_version() -> Entry {
    let id = EventId::first_at("2026-11-30T12:00:00.500Z".parse().unwrap());
    let document = json!({
        "id": id, "resource-type": "event", "event-type": "nuvlabox.state-changed", "phase": "occurred",
        "category": "state", "severity": "medium",
        "timestamp": "2026-11-30T12:00:00.500Z", "created": "2026-11-30T12:00:00.500Z",
        "resource": { "href": "nuvlabox/1", "type": "nuvlabox" }, "authn-info": {}, "root": id,
        "details": { "new-state": "ACTIVATED" }, "colour": "red", "acl": { "owners": ["group/nuvla-admin"] },
    });
    Entry { id, document: serde_json::to_vec(&document).unwrap().into(), kind: EntryKind::Direct }
}

/// Delivers dead letters again, until the server has said something of each.
async fn replayed(manager: &EventManager) -> Replayed {
    let begun = Instant::now();
    loop {
        let replayed = manager.replay_dead_letters("elasticsearch", Seq(0), 10).await.unwrap();
        if replayed.later == 0 {
            return replayed;
        }
        assert!(begun.elapsed() < PATIENCE, "{replayed:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_poison_event_is_kept_aside_until_the_mapping_takes_it_and_blocks_nothing() {
    let Some(held) = servers().await else { return };
    let scene = Scene::under_load(&held.elasticsearch, &held.kafka).await;
    scene.strike("an event has a field that the mapping refuses", || {
        scene.servers.iter().for_each(|server| server.site.gate.slip_in(of_a_later_version()));
    });
    scene.shows(|server| server.site.relay("elasticsearch").dead_letters == 1).await;
    scene.goes_on(200).await;
    for server in &scene.servers {
        let manager = &server.site.manager;
        let letters = manager.dead_letters("elasticsearch", Seq(0), 10).await.unwrap();
        let [letter] = &letters[..] else { panic!("one dead letter: {letters:?}") };
        assert_eq!(letter.id, of_a_later_version().id);
        assert!(letter.reason.contains("[colour]"), "it says which field: {}", letter.reason);
        assert_eq!(server.site.relay("kafka").dead_letters, 0, "a topic takes every field");

        assert_eq!(replayed(manager).await.refused, 1, "the mapping is what it was");
    }
    let mend = || {
        for server in &scene.servers {
            let index = &server.site.place.index;
            let colour = json!({ "properties": { "colour": { "type": "keyword" } } });
            index.ask("PUT", &format!("/{}-2026.11/_mapping", index.prefix), &colour);
        }
    };
    scene.mends(mend).await;
    for server in &scene.servers {
        let replayed = replayed(&server.site.manager).await;
        assert_eq!((replayed.delivered, replayed.refused), (1, 0));
    }
    scene.proof().await;
}
