//! Reading everything back.

use std::collections::{BTreeMap, HashMap};

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
    pub(crate) copies: Copies,
}

/// How often an event may stand in a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Copies {
    One,
    /// So many: a process that starts again cannot know what the one before it had sent, and consumers drop ids
    /// that they know.
    OnePerProcess(usize),
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
        let copies = self.read_topic(&events, &documents);

        for relay in ["elasticsearch", "kafka"] {
            let position = journal.bookmarks().position(relay).unwrap().unwrap();
            assert_eq!(position.through, journal.last_seq(), "{ack:?}: how far `{relay}` says it is");
            assert_eq!(journal.bookmarks().count_dead_letters(relay).unwrap(), 0, "{ack:?}: dead letters of `{relay}`");
        }
        println!(
            "  {ack:?}: {} acknowledged, {} in the journal and in Elasticsearch, {} copies of them in Kafka",
            acknowledged.len(),
            stored.len(),
            stored.len() + copies,
        );
    }

    /// The topic holds what the journal holds, in the order of its keys. Answers how many messages are there
    /// that a consumer drops.
    fn read_topic(&self, events: &[(Seq, Event)], documents: &Documents) -> usize {
        let ack = self.place.ack;
        let numbers: HashMap<EventId, (Seq, EventId)> =
            events.iter().map(|(seq, event)| (event.id, (*seq, event.root.unwrap_or(event.id)))).collect();
        let most = match self.copies {
            Copies::One => 1,
            Copies::OnePerProcess(processes) => processes,
        };
        let mut seen: HashMap<EventId, usize> = HashMap::new();
        // Of each key: its partition, and the last of its events that came.
        let mut keys: BTreeMap<EventId, (i32, Seq)> = BTreeMap::new();
        let messages = self.topic.read();
        for message in &messages {
            let id = message.id();
            let Some((seq, root)) = numbers.get(&id) else { panic!("{ack:?}: {id} is in the topic alone") };
            assert_eq!(message.value, with_older_view(&documents[&id]).unwrap(), "{ack:?}: {id} in the topic");
            assert_eq!(message.key, root.to_string(), "{ack:?}: the key of {id}");
            let copies = seen.entry(id).or_default();
            *copies += 1;
            assert!(*copies <= most, "{ack:?}: {id} stands {copies} times in the topic");
            if *copies > 1 {
                continue;
            }
            if let Some((partition, last)) = keys.insert(*root, (message.partition, *seq)) {
                assert_eq!(partition, message.partition, "{ack:?}: the partition of {root}");
                assert!(last < *seq, "{ack:?}: {id}, number {seq}, comes behind {last} of the same key");
            }
        }
        let missing = numbers.keys().find(|id| !seen.contains_key(id));
        assert_eq!(missing, None, "{ack:?}: it is in the journal and not in the topic");
        messages.len() - seen.len()
    }
}
