//! Reading everything back.

use std::collections::{BTreeMap, HashMap, HashSet};

use events::{Event, EventId, Journal, Phase, Seq, with_older_view};

use crate::{
    fleet::{Documents, documents, everything},
    index::assert_same,
    load::Acknowledged,
    place::{Place, options},
    topics::Topic,
};

/// What an API server left, once it has delivered everything and ended.
pub(crate) struct Evidence<'e> {
    pub(crate) place: &'e Place,
    pub(crate) topic: &'e Topic,
}

impl Evidence<'_> {
    pub(crate) fn prove(&self) {
        let Place { folder, index, ack, .. } = self.place;
        let journal = options().open(self.place.events()).unwrap();
        let stored = everything(&journal);
        let documents = documents(&stored);

        let acknowledged = Acknowledged::read(folder);
        let lost = acknowledged.iter().find(|id| !documents.contains_key(id));
        assert_eq!(lost, None, "{ack:?}: it was acknowledged and is not in the journal");
        let events: Vec<(Seq, Event)> =
            stored.iter().map(|event| (event.seq, Event::from_document(&event.document).unwrap())).collect();
        for (_, opening) in events.iter().filter(|(_, event)| event.phase == Phase::Requested) {
            assert!(documents.contains_key(&opening.id.closing()), "{ack:?}: {} is open", opening.id);
        }

        assert_same(&format!("{ack:?}, Elasticsearch"), &documents, &index.documents());
        self.read_topic(&events, &documents);

        for relay in ["elasticsearch", "kafka"] {
            let position = journal.bookmarks().position(relay).unwrap().unwrap();
            assert_eq!(position.through, journal.last_seq(), "{ack:?}: how far `{relay}` says it is");
            assert_eq!(journal.bookmarks().count_dead_letters(relay).unwrap(), 0, "{ack:?}: dead letters of `{relay}`");
        }
        println!(
            "  {ack:?}: {} acknowledged, {} in the journal, in Elasticsearch and in Kafka, once each",
            acknowledged.len(),
            stored.len(),
        );
    }

    /// The topic holds what the journal holds, once each, in the order of its keys.
    fn read_topic(&self, events: &[(Seq, Event)], documents: &Documents) {
        let ack = self.place.ack;
        let numbers: HashMap<EventId, (Seq, EventId)> =
            events.iter().map(|(seq, event)| (event.id, (*seq, event.root.unwrap_or(event.id)))).collect();
        let mut seen: HashSet<EventId> = HashSet::new();
        // Of each key: its partition, and the last of its events that came.
        let mut keys: BTreeMap<EventId, (i32, Seq)> = BTreeMap::new();
        for message in &self.topic.read() {
            let id = message.id();
            let Some((seq, root)) = numbers.get(&id) else { panic!("{ack:?}: {id} is in the topic alone") };
            assert_eq!(message.value, with_older_view(&documents[&id]).unwrap(), "{ack:?}: {id} in the topic");
            assert_eq!(message.key, root.to_string(), "{ack:?}: the key of {id}");
            assert!(seen.insert(id), "{ack:?}: {id} stands in the topic twice");
            if let Some((partition, last)) = keys.insert(*root, (message.partition, *seq)) {
                assert_eq!(partition, message.partition, "{ack:?}: the partition of {root}");
                assert!(last < *seq, "{ack:?}: {id}, number {seq}, comes behind {last} of the same key");
            }
        }
        let missing = numbers.keys().find(|id| !seen.contains(id));
        assert_eq!(missing, None, "{ack:?}: it is in the journal and not in the topic");
    }
}
