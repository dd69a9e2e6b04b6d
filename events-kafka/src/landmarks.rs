//! Where events stand in the topic, as far as it has to be known so that none is sent twice.

use std::collections::BTreeMap;

use events_core::{Seq, Sequenced};
use serde::{Deserialize, Serialize};

/// An offset for each partition.
pub(crate) type Offsets = BTreeMap<i32, i64>;

/// From which offset on the events behind a number stand, in each partition.
///
/// The events of a partition are sent in the order of the journal, so behind the last one that is confirmed there
/// stands none that comes before it. This holds while nothing behind the position of the relay has been sent; until
/// it has passed that, what is known stays what it was. Dead letters, which are delivered again at any time, hold
/// nothing up: the relay has passed them.
#[derive(Debug)]
pub(crate) struct Landmarks {
    behind: Seq,
    offsets: Offsets,
    /// What reports say of events that were sent since.
    reported: Offsets,
    /// Where partitions ended when nothing behind this number had been sent.
    ends: Option<(Seq, Offsets)>,
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
        Self { behind, offsets, reported: Offsets::new(), ends: None, newest: behind }
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
        self.newest = batch.iter().map(|event| event.seq).fold(self.newest, Seq::max);
    }

    /// Where those of a batch stand that are confirmed. Not of dead letters: an earlier process may have sent what
    /// comes after them in the journal before them.
    pub(crate) fn report(&mut self, batch: &[Sequenced], reported: Offsets) {
        if batch.iter().any(|event| event.seq > self.behind) {
            self.reported.extend(reported);
        }
    }

    /// The relay is here: everything through this number is confirmed, or a dead letter.
    pub(crate) fn pass(&mut self, through: Seq) {
        if self.newest > through {
            return;
        }
        self.behind = through;
        // Also backwards: the topic may have been made again.
        self.offsets.append(&mut self.reported);
        if let Some((_, ends)) = self.ends.take_if(|(newest, _)| *newest <= through) {
            for (partition, end) in ends {
                let offset = self.offsets.entry(partition).or_insert(end);
                *offset = end.max(*offset);
            }
        }
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

#[cfg(test)]
mod tests {
    use std::hash::{BuildHasher, RandomState};

    use events_core::conformance::Generator;

    use super::*;

    const PARTITIONS: u64 = 3;

    fn any(below: u64) -> u64 {
        RandomState::new().hash_one(0) % below
    }

    /// Messages of others stand between ours, dead letters are delivered again between two attempts.
    #[test]
    fn whatever_is_answered_no_event_that_may_be_looked_for_stands_before_the_landmark() {
        let entries = Generator::new(1).events(2_000);
        let events: Vec<Sequenced> = (1..)
            .zip(entries)
            .map(|(seq, entry)| Sequenced { seq: Seq(seq), id: entry.id, document: entry.document })
            .collect();
        let mut ends: Offsets = (0..PARTITIONS as i32).map(|partition| (partition, 0)).collect();
        let mut stand: Vec<(Seq, i32, i64)> = Vec::new();
        let mut landmarks = Landmarks::of(Seq(0), ends.clone());
        let mut passed = Seq(0);
        for batch in events.chunks(20) {
            if any(3) == 0 {
                landmarks.ended(landmarks.newest(), ends.clone());
            }
            let mut left = batch.to_vec();
            while !left.is_empty() {
                let is_of_letters = passed > Seq(0) && any(3) == 0;
                let sent = if is_of_letters { vec![events[any(passed.0) as usize].clone()] } else { left.clone() };
                landmarks.begin(&sent);
                let (mut reported, mut again) = (Offsets::new(), Vec::new());
                for event in &sent {
                    let partition = (event.seq.0 % PARTITIONS) as i32;
                    let end = ends.entry(partition).or_default();
                    *end += any(3) as i64;
                    if any(4) == 0 {
                        again.push(event.clone());
                        continue;
                    }
                    stand.push((event.seq, partition, *end));
                    *end += 1;
                    // Not of one that the broker had taken before.
                    if any(4) > 0 {
                        reported.insert(partition, *end);
                    }
                }
                landmarks.report(&sent, reported);
                if !is_of_letters {
                    left = again;
                }
                passed = left.first().map_or(batch[19].seq, |first| Seq(first.seq.0 - 1));
                landmarks.pass(passed);
                let before = stand
                    .iter()
                    .find(|(seq, partition, offset)| *seq > landmarks.behind && *offset < landmarks.offsets[partition]);
                assert_eq!(before, None, "{landmarks:?}");
            }
            assert_eq!(landmarks.behind, batch[19].seq, "whatever became of dead letters");
        }
    }

    /// An event that an earlier process sent, and whose position it did not keep, stands before a dead letter that is
    /// delivered again.
    #[test]
    fn dead_letters_move_no_landmark() {
        let entries = Generator::new(2).events(1);
        let letter = |seq| Sequenced { seq: Seq(seq), id: entries[0].id, document: entries[0].document.clone() };
        let mut landmarks = Landmarks::of(Seq(200), [(0, 10)].into());
        for letter in [letter(50), letter(300)] {
            let batch = [letter];
            landmarks.begin(&batch);
            landmarks.report(&batch, [(0, 900)].into());
            landmarks.pass(Seq(200));
            assert_eq!(landmarks.offsets, [(0, 10)].into(), "{batch:?}");
        }
    }

    #[test]
    fn a_landmark_is_of_one_topic_and_of_a_number_or_any_behind_it() {
        let landmarks = Landmarks::of(Seq(7), [(0, 12), (3, 0)].into());
        assert_eq!(landmarks.text("event", Seq(6)), None);
        let text = landmarks.text("event", Seq(7)).unwrap();
        assert_eq!(landmarks.text("event", Seq(9)).as_ref(), Some(&text));
        assert_eq!(kept(&text, "event"), Some(landmarks.offsets));
        assert_eq!((kept(&text, "other"), kept("", "event")), (None, None));
    }
}
