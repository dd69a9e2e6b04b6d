//! The destination.

use std::{
    borrow::Cow,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use events_core::{Batches, BoxFuture, Delivery, Destination, NotReady, Seq, Sequenced, Source};
use rdkafka::ClientConfig;

use crate::{
    check,
    error::ConnectError,
    message::Message,
    once::{Once, There},
    options::{Configs, Options},
    reading::Found,
    report::Outcome,
    session::{PATIENCE, Session, Sets},
};

/// A Kafka topic that every event is sent to. See the [crate's page](crate) for what consumers find there.
///
/// ```no_run
/// use events_kafka::KafkaTopic;
///
/// let topic = KafkaTopic::connect("localhost:9092", "event")?;
/// # let _ = topic;
/// # Ok::<(), events_kafka::ConnectError>(())
/// ```
pub struct KafkaTopic {
    options: Options,
    brokers: String,
    topic: String,
    /// Holds credentials.
    config: ClientConfig,
    current: Mutex<Current>,
}

/// What sends, and how.
#[derive(Debug)]
struct Current {
    /// None between a session that is over and the next.
    session: Option<Arc<Session>>,
    sets: Sets,
    /// Whether the broker has refused a message that was alone, since they are sent alone.
    has_refused: bool,
    once: Once,
}

impl fmt::Debug for KafkaTopic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { options, brokers, topic, .. } = self;
        f.debug_struct("KafkaTopic")
            .field("options", options)
            .field("brokers", brokers)
            .field("topic", topic)
            .finish_non_exhaustive()
    }
}

impl KafkaTopic {
    /// Connects with the defaults; see [`Options::connect`].
    ///
    /// # Errors
    /// No broker, or no name of a topic.
    pub fn connect(brokers: &str, topic: &str) -> Result<Self, ConnectError> {
        Options::new().connect(brokers, topic)
    }

    pub(crate) fn new(
        options: Options,
        brokers: &str,
        topic: &str,
        Configs { sending, reading }: Configs,
    ) -> Result<Self, ConnectError> {
        let once = Once::unknown(&options.name, brokers, topic, reading);
        let current = Mutex::new(Current { session: None, sets: Sets::OfMany, has_refused: false, once });
        let topic = Self { options, brokers: brokers.to_owned(), topic: topic.to_owned(), config: sending, current };
        // Now, so that a property that is refused is found now.
        topic.session()?;
        Ok(topic)
    }

    fn current(&self) -> MutexGuard<'_, Current> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The session that sends, a new one where the last is over.
    fn session(&self) -> Result<Arc<Session>, ConnectError> {
        let mut current = self.current();
        if let Some(over) = current.session.take_if(|session| session.is_over()) {
            current.once.look_again(over, false);
        }
        if let Some(session) = &current.session {
            return Ok(Arc::clone(session));
        }
        let session = Arc::new(Session::start(&self.config, &self.options.name)?);
        Ok(Arc::clone(current.session.insert(session)))
    }

    /// Decides how to go on after a delivery.
    fn conclude(&self, outcomes: &[Option<Outcome>]) {
        let any = |is: fn(&Option<Outcome>) -> bool| outcomes.iter().any(is);
        let suspects = any(|outcome| matches!(outcome, Some(Outcome::Suspect(_))));
        let unsure = any(|outcome| matches!(outcome, Some(Outcome::Failed(_))));
        let failed = unsure || any(|outcome| matches!(outcome, Some(Outcome::Unsent(_))));
        let mut current = self.current();
        // What is still under way stands behind what failed and would overtake it.
        if (suspects || failed)
            && let Some(over) = current.session.take()
        {
            current.once.look_again(over, unsure);
        }
        if suspects {
            (current.sets, current.has_refused) = (Sets::OfOne, false);
        } else if current.sets == Sets::OfOne {
            current.has_refused |= any(|outcome| matches!(outcome, Some(Outcome::Refused(_))));
            // All of the batch is through, and what was refused is found. Where nothing is, it is the topic that
            // takes no sets of our size.
            if current.has_refused && !failed && !any(Option::is_none) {
                current.sets = Sets::OfMany;
            }
        }
    }

    /// Looks for what was sent by an earlier process, or an earlier life of the relay, beyond what it knows.
    async fn resume(&self, source: &Source) -> Result<(), NotReady> {
        let resumption = source.resumption();
        let mut reading = {
            let mut current = self.current();
            let over = if current.once.is_ahead_of(resumption) { current.session.take() } else { None };
            current.once.resume(resumption, over)
        };
        let offsets = reading.begun().await?;
        self.current().once.begins(resumption, offsets);
        Ok(())
    }

    /// What of a batch is there already, if any of it may be.
    async fn there(&self, batch: &[Sequenced]) -> Result<Option<Arc<Found>>, String> {
        let there = self.current().once.begin(batch);
        let mut reading = match there {
            There::Nothing => return Ok(None),
            There::These(found, _) => return Ok(Some(found)),
            There::LookedFor(reading, _) => reading,
        };
        let Ok(answer) = tokio::time::timeout(PATIENCE, reading.done()).await else {
            return Err(format!(
                "what the topic `{}` has already is still read, so that nothing is there twice",
                self.topic
            ));
        };
        self.current().once.done(&reading, answer.clone());
        answer.map(Some).map_err(|error| error.to_string())
    }

    async fn deliver_once(&self, batch: &[Sequenced]) -> Vec<Delivery> {
        let retry = |reason: String| vec![Delivery::Retry { reason }; batch.len()];
        let session = match self.session() {
            Ok(session) => session,
            Err(error) => return retry(error.to_string()),
        };
        let found = match self.there(batch).await {
            Ok(found) => found,
            Err(reason) => return retry(reason),
        };
        let is_there = |event: &Sequenced| found.as_ref().is_some_and(|found| found.ids.contains(&event.id));
        let new: Cow<'_, [Sequenced]> = match batch.iter().any(is_there) {
            false => batch.into(),
            true => batch.iter().filter(|event| !is_there(event)).cloned().collect(),
        };
        let mut sent = self.send(&session, &new).await.into_iter();
        let answer = |event| match is_there(event) {
            true => Some(Delivery::AlreadyThere),
            false => sent.next(),
        };
        let answers = batch.iter().filter_map(answer).collect();
        self.current().once.report(batch, session.take_offsets());
        answers
    }

    async fn send(&self, session: &Session, batch: &[Sequenced]) -> Vec<Delivery> {
        let Options { key, source, .. } = &self.options;
        let sets = self.current().sets;
        session.send(&self.topic, batch, sets, |event| Message::of(event, *key, source)).await;
        let outcomes = session.outcomes(batch);
        self.conclude(&outcomes);
        let waiting = match session.trouble() {
            Some(trouble) => format!("Kafka at `{}` does not confirm it yet: {trouble}", self.brokers),
            None => format!("Kafka at `{}` does not confirm it yet", self.brokers),
        };
        let answer = |outcome| match outcome {
            Some(Outcome::Stored) => Delivery::Stored,
            Some(Outcome::Refused(reason)) => Delivery::Rejected { reason },
            Some(Outcome::Suspect(reason) | Outcome::Unsent(reason) | Outcome::Failed(reason)) => {
                Delivery::Retry { reason }
            }
            None => Delivery::Retry { reason: waiting.clone() },
        };
        outcomes.into_iter().map(answer).collect()
    }
}

impl Destination for KafkaTopic {
    fn name(&self) -> &str {
        &self.options.name
    }

    /// Asks for the topic, and begins to read what it has behind the landmark of the relay. Cancel-safe.
    fn prepare<'d>(&'d self, source: &'d Source) -> BoxFuture<'d, Result<(), NotReady>> {
        Box::pin(async move {
            let session = self.session().map_err(|error| NotReady::Misconfigured(error.to_string()))?;
            check::topic(session, &self.brokers, &self.topic).await?;
            if self.options.write_only { Ok(()) } else { self.resume(source).await }
        })
    }

    /// Sends what is not there and not under way yet, and waits for what becomes of it. Cancelled, it leaves
    /// messages under way, which the next delivery finds.
    fn deliver<'d>(&'d self, batch: &'d [Sequenced]) -> BoxFuture<'d, Vec<Delivery>> {
        Box::pin(self.deliver_once(batch))
    }

    fn landmark(&self, behind: Seq) -> Option<String> {
        let mut current = self.current();
        let session = current.session.clone();
        current.once.landmark(behind, session.as_ref())
    }

    fn batches(&self) -> Batches {
        // The next batch must not overtake one that is tried again.
        Batches { events: 1_000, bytes: 4 << 20, in_flight: 1 }
    }

    /// Gives up what is under way: the journal has it.
    fn close(&self) {
        let session = {
            let mut current = self.current();
            current.once.stop();
            current.session.take()
        };
        // Takes a moment.
        drop(session);
    }
}
