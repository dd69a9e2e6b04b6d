//! Where events stand in the topic, as far as it has to be known so that none is sent twice.

use std::collections::{BTreeMap, HashSet};

use events_core::{Delivery, EventId, Seq, Sequenced};
use serde::{Deserialize, Serialize};

/// An offset for each partition.
pub(crate) type Offsets = BTreeMap<i32, i64>;

/// From which offset on the events behind a number stand, in each partition.
///
/// The events of a partition are sent in the order of the journal, so behind the last one that is confirmed there
/// stands none that comes before it. This holds while nothing waits for its answer; until then what is known stays
/// what it was.
#[derive(Debug)]
pub(crate) struct Landmarks {
    behind: Seq,
    offsets: Offsets,
    /// What reports say of events that were sent since.
    reported: Offsets,
    /// Where partitions ended when nothing behind this number had been sent.
    ends: Option<(Seq, Offsets)>,
    /// What was handed over and has no final answer yet.
    open: HashSet<EventId>,
    /// The last that was handed over.
    newest: Seq,
}

/// As it is kept.
#[derive(Serialize, Deserialize)]
struct Text<'t> {
    topic: std::borrow::Cow<'t, str>,
    offsets: Offsets,
}

impl Landmarks {
    /// The events behind a number stand from these offsets on.
    pub(crate) fn of(behind: Seq, offsets: Offsets) -> Self {
        Self { behind, offsets, reported: Offsets::new(), ends: None, open: HashSet::new(), newest: behind }
    }

    pub(crate) fn offsets(&self) -> &Offsets {
        &self.offsets
    }

    /// The last event that was handed over.
    pub(crate) fn newest(&self) -> Seq {
        self.newest
    }

    /// Partitions ended here when nothing behind `newest` had been sent.
    pub(crate) fn ended(&mut self, newest: Seq, ends: Offsets) {
        self.ends = Some((newest, ends));
    }

    /// These are about to be sent.
    pub(crate) fn begin(&mut self, batch: &[Sequenced]) {
        self.open.extend(batch.iter().map(|event| event.id));
        self.newest = batch.iter().map(|event| event.seq).fold(self.newest, Seq::max);
    }

    /// What became of them, and where those stand that are confirmed.
    pub(crate) fn end(&mut self, batch: &[Sequenced], answers: &[Delivery], reported: Offsets) {
        self.reported.extend(reported);
        for (event, answer) in batch.iter().zip(answers) {
            if !matches!(answer, Delivery::Retry { .. }) {
                self.open.remove(&event.id);
            }
        }
        if !self.open.is_empty() {
            return;
        }
        self.behind = self.newest;
        // Also backwards: the topic may have been made again.
        self.offsets.append(&mut self.reported);
        if let Some((_, ends)) = self.ends.take_if(|(newest, _)| *newest <= self.behind) {
            for (partition, end) in ends {
                let offset = self.offsets.entry(partition).or_insert(end);
                *offset = end.max(*offset);
            }
        }
    }

    /// Whether everything through a number has its final answer.
    pub(crate) fn is_settled_behind(&self, newest: Seq) -> bool {
        self.behind >= newest
    }

    /// As it is kept; none where this much is not known of the events behind a number.
    pub(crate) fn text(&self, topic: &str, behind: Seq) -> Option<String> {
        let text = Text { topic: topic.into(), offsets: self.offsets.clone() };
        (self.behind <= behind).then(|| serde_json::to_string(&text).ok())?
    }
}

/// The offsets that were kept; none where they are of another topic.
pub(crate) fn kept(text: &str, topic: &str) -> Option<Offsets> {
    let kept: Text<'_> = serde_json::from_str(text).ok()?;
    (kept.topic == topic).then_some(kept.offsets)
}
