//! What keeps an event from being sent twice, whoever sent it before.

use std::{fmt, sync::Arc};

use events_core::{Resumption, Seq, Sequenced};
use rdkafka::ClientConfig;

use crate::{
    ends::Ends,
    error::Unready,
    landmarks::{self, Landmarks, Offsets},
    reading::{Found, Over, Question, Reading},
    session::{Session, end_in_background},
};

/// How far the topic is known, and what is looked for behind that.
///
/// A producer that ends before the broker has answered, with its process or within it, leaves open what the broker
/// has taken. Whatever that may be stands behind the landmarks; it is read before anything is sent again.
pub(crate) struct Once {
    /// Of the relay.
    name: String,
    brokers: String,
    topic: String,
    /// Of who reads. Holds credentials.
    config: ClientConfig,
    /// None before it is known where to begin, and where the topic is never read.
    landmarks: Option<Landmarks>,
    there: There,
    ends: Ends,
}

/// What of that which is to be delivered may be in the topic already. Nothing behind the number is.
#[derive(Clone, Debug)]
pub(crate) enum There {
    Nothing,
    LookedFor(Reading, Seq),
    These(Arc<Found>, Seq),
}

impl fmt::Debug for Once {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { landmarks, there, .. } = self;
        f.debug_struct("Once").field("landmarks", landmarks).field("there", there).finish_non_exhaustive()
    }
}

impl Once {
    /// Not known yet where to begin.
    pub(crate) fn unknown(name: &str, brokers: &str, topic: &str, config: ClientConfig) -> Self {
        let [name, brokers, topic] = [name, brokers, topic].map(str::to_owned);
        Self { name, brokers, topic, config, landmarks: None, there: There::Nothing, ends: Ends::unknown() }
    }

    /// Whether something was sent that the relay has not passed.
    pub(crate) fn is_ahead_of(&self, resumption: &Resumption) -> bool {
        self.landmarks.as_ref().is_some_and(|landmarks| landmarks.newest() > resumption.through)
    }

    /// Begins to look for what was sent by an earlier process, or an earlier life of the relay.
    pub(crate) fn resume(&mut self, resumption: &Resumption, over: Option<Arc<Session>>) -> Reading {
        let Resumption { through, recorded, landmark, .. } = resumption;
        let kept = landmark.as_deref().and_then(|text| landmarks::kept(text, &self.topic));
        if kept.is_none() && Seq(0) < *through && through < recorded {
            tracing::warn!(
                relay = self.name,
                topic = self.topic,
                %through,
                "where the relay was in this topic is not known: what was sent behind its position may be there twice"
            );
        }
        let over = over.map(|session| Over { session, is_unsure: true, found: None });
        // Where nothing else was recorded, nothing was sent.
        let reading = self.read(kept.filter(|_| through < recorded), over);
        self.there = There::LookedFor(reading.clone(), *recorded);
        reading
    }

    /// It is known where to begin.
    pub(crate) fn begins(&mut self, resumption: &Resumption, offsets: Offsets) {
        self.landmarks = Some(Landmarks::of(resumption.through, offsets));
    }

    /// A session is over. `is_unsure` where somebody was told of a message that the broker may have taken.
    pub(crate) fn look_again(&mut self, session: Arc<Session>, is_unsure: bool) {
        let (is_unsure, found) = match &self.there {
            There::Nothing => (is_unsure, None),
            There::These(found, _) => (is_unsure, Some(Arc::clone(found))),
            There::LookedFor(..) => (true, None),
        };
        match &self.landmarks {
            Some(_) => self.look(Some(Over { session, is_unsure, found })),
            None => end_in_background(session),
        }
    }

    fn look(&mut self, over: Option<Over>) {
        let Some(landmarks) = &self.landmarks else { return };
        let newest = match &self.there {
            There::Nothing => landmarks.newest(),
            There::LookedFor(_, newest) | There::These(_, newest) => landmarks.newest().max(*newest),
        };
        self.there = There::LookedFor(self.read(Some(landmarks.offsets().clone()), over), newest);
    }

    fn read(&self, from: Option<Offsets>, over: Option<Over>) -> Reading {
        let (name, brokers, topic) = (self.name.clone(), self.brokers.clone(), self.topic.clone());
        Reading::start(Question { config: self.config.clone(), name, brokers, topic, from, over })
    }

    /// These are about to be sent, unless they are there.
    pub(crate) fn begin(&mut self, batch: &[Sequenced]) -> There {
        if let Some(landmarks) = &mut self.landmarks {
            landmarks.begin(batch);
        }
        self.there.clone()
    }

    /// What a reading came to, for who has waited for it.
    pub(crate) fn done(&mut self, reading: &Reading, found: Result<Arc<Found>, Unready>) {
        let There::LookedFor(current, newest) = &self.there else { return };
        if !current.is(reading) {
            return;
        }
        let newest = *newest;
        match found {
            Ok(found) => {
                if let Some(landmarks) = &mut self.landmarks {
                    landmarks.ended(newest, found.ends.clone());
                }
                self.there = There::These(found, newest);
            }
            Err(_) => self.look(None),
        }
    }

    /// Where those of a batch stand that are confirmed.
    pub(crate) fn report(&mut self, batch: &[Sequenced], reported: Offsets) {
        if let Some(landmarks) = &mut self.landmarks {
            landmarks.report(batch, reported);
        }
    }

    /// Nothing is delivered any more.
    pub(crate) fn stop(&mut self) {
        self.there = There::Nothing;
    }

    /// The relay is here; what is kept with its position. Now and then `session` is asked where partitions end.
    pub(crate) fn landmark(&mut self, through: Seq, session: Option<&Arc<Session>>) -> Option<String> {
        let landmarks = self.landmarks.as_mut()?;
        // Nothing that comes now was ever sent: what was found is of no use any more.
        if let There::These(_, newest) = &self.there
            && *newest <= through
        {
            self.there = There::Nothing;
        }
        // While something is looked for, what is sent already may stand behind what was handed over.
        if let There::Nothing = self.there {
            if let Some(ends) = self.ends.answered() {
                landmarks.ended(landmarks.newest(), ends);
            }
            if let Some(session) = session {
                self.ends.ask(session, &self.topic);
            }
        }
        landmarks.pass(through);
        landmarks.text(&self.topic, through)
    }
}
