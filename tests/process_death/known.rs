//! Starting on what a dead process left, with every promise checked.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use events::{Event, EventId, EventManager, Filter, Journal, Phase, Query, Reason, Seq, Viewer};

use crate::{
    beside::Beside,
    child::{clock, options},
    fleet::{Documents, LIMIT, documents, everything},
};

/// What earlier rounds found.
#[derive(Default)]
pub(crate) struct Known {
    numbers: BTreeMap<Seq, EventId>,
    pub(crate) documents: Documents,
}

impl Known {
    /// Starts on what the dead process left, and checks every promise.
    pub(crate) async fn check(&mut self, folder: &Path, what: &str, beside: &dyn Beside) {
        let ran = fs::read_to_string(folder.join("ran")).unwrap_or_default();
        let ran: Vec<EventId> = ran.lines().map(|id| id.parse().unwrap()).collect();
        beside.check_death(what, &ran);

        let store = options().open(folder.join("events")).unwrap();
        let before: BTreeMap<Seq, EventId> = everything(&store).iter().map(|event| (event.seq, event.id)).collect();
        for (seq, id) in &self.numbers {
            assert_eq!(before.get(seq), Some(id), "{what}: number {seq} is lost or used again");
        }
        let builder = EventManager::builder(store.clone()).clock(clock());
        let manager = beside.set_up(builder).build().unwrap();
        let stored = everything(&store);
        let documents = documents(&stored);

        for id in ran {
            assert!(documents.contains_key(&id), "{what}: the handler of {id} ran without a stored opening");
        }
        let events: Vec<(Seq, Event)> =
            stored.iter().map(|event| (event.seq, Event::from_document(&event.document).unwrap())).collect();
        let is_deferred = |event: &Event| event.event_type.resource_type() == "deployment";
        let mut open = BTreeSet::new();
        for (_, opening) in events.iter().filter(|(_, event)| event.phase == Phase::Requested) {
            match documents.contains_key(&opening.id.closing()) {
                true => {}
                false if is_deferred(opening) => drop(open.insert(opening.id)),
                false => panic!("{what}: {} of the dead process is still open", opening.id),
            }
        }
        for (seq, event) in events.iter().filter(|(seq, _)| !before.contains_key(seq)) {
            let reason = event.failure.as_ref().map(|failure| failure.reason);
            assert_eq!(reason, Some(Reason::Abandoned), "{what}: {seq} was stored at start-up");
        }
        let listed: BTreeSet<EventId> = store.open_operations().unwrap().iter().map(|operation| operation.id).collect();
        assert_eq!(listed, open, "{what}: the open operations");

        let counted = manager.count(&Filter::everything(), &Viewer::admin()).await.unwrap();
        assert_eq!(counted.events, events.len() as u64, "{what}: the count");
        let mut found = Vec::new();
        let mut query = Query::new(Viewer::admin()).limit(500);
        loop {
            let page = manager.search(&query).await.unwrap();
            found.extend(page.events.iter().map(|found| found.event().unwrap().id));
            let Some(next) = page.next else { break };
            query = query.after(next);
        }
        found.sort_unstable();
        assert!(found.iter().eq(documents.keys()), "{what}: searches find what is stored, once");
        assert!(manager.shutdown(LIMIT).await, "{what}: the shutdown");
        beside.check_delivered(what, &documents);
        self.numbers = stored.into_iter().map(|event| (event.seq, event.id)).collect();
        self.documents = documents;
    }
}
