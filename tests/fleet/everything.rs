//! Reading a journal from its beginning to its end.

use std::{collections::BTreeMap, sync::Arc};

use events::{Bytes, EventId, Journal, Seq, Sequenced};

/// Documents by the ids of their events.
pub(crate) type Documents = BTreeMap<EventId, Bytes>;

/// All events, in their order. Their numbers grow.
pub(crate) fn everything(journal: &dyn Journal) -> Vec<Sequenced> {
    let mut all: Vec<Sequenced> = Vec::new();
    loop {
        let from = all.last().map_or(Seq(1), |last| last.seq.next());
        let read = journal.read(from, 10_000, usize::MAX).unwrap();
        if read.is_empty() {
            return all;
        }
        for event in read {
            assert!(all.last().is_none_or(|last| last.seq < event.seq), "numbers grow");
            all.push(event);
        }
    }
}

/// The documents of events by their ids. No id stands there twice.
pub(crate) fn documents(events: &[Sequenced]) -> Documents {
    let documents: Documents = events.iter().map(|event| (event.id, event.document.clone())).collect();
    assert_eq!(documents.len(), events.len(), "an event stands twice");
    documents
}
