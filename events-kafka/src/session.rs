//! One life of a producer.

use std::{
    fmt,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use events_core::{EventId, InvalidEvent, Sequenced};
use rdkafka::{
    ClientConfig, ClientContext, Message as _,
    config::RDKafkaLogLevel,
    error::{KafkaError, RDKafkaErrorCode},
    message::DeliveryResult,
    producer::{BaseRecord, Producer, ProducerContext, ThreadedProducer},
};

use crate::{
    error::ConnectError,
    landmarks::Offsets,
    message::Message,
    options::SET_BYTES,
    report::{Outcome, Reports, State},
};

/// A delivery waits this long for reports before it says that it will be tried again. The messages stay under
/// way.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// After a failure the reports of what was sent before it arrive within this time, or never.
const GRACE: Duration = Duration::from_millis(500);

/// A message with all that belongs to it is at most this much larger than key and value.
const FRAME: usize = 4 << 10;

/// A producer, and what became of what it sent.
///
/// Nothing is sent any more after a message failed or was refused by the broker: what stood behind it, in its
/// partition, must not overtake what is to be sent again. A new session follows.
///
/// librdkafka sees to that for sets of several messages: it has no further set of a partition under way while
/// five messages are, and the first that is refused stops it. A single message could be followed by another set,
/// and the broker, which checks sequence numbers, takes any for the first set of a producer. So a message
/// that is a set of its own is sent when nothing else is under way, and nothing else until it has ended.
pub(crate) struct Session {
    producer: ThreadedProducer<Callbacks>,
    reports: Arc<Reports>,
}

/// How messages are put together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Sets {
    /// Sets of several, but for large ones.
    #[default]
    OfMany,
    /// Each alone, to find out which one the broker refuses.
    OfOne,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("reports", &self.reports).finish_non_exhaustive()
    }
}

impl Session {
    /// Starts a producer, which connects in the background.
    ///
    /// # Errors
    /// A property is refused, or the producer cannot be made.
    pub(crate) fn start(config: &ClientConfig, name: &str) -> Result<Self, ConnectError> {
        let reports = Arc::new(Reports::default());
        let callbacks = Callbacks { name: name.to_owned(), reports: Arc::clone(&reports) };
        let producer = config.create_with_context(callbacks).map_err(ConnectError::of)?;
        Ok(Self { producer, reports })
    }

    /// Whether a new session has to follow.
    pub(crate) fn is_over(&self) -> bool {
        self.producer.client().fatal_error().is_some()
    }

    /// Sends what is not under way yet, in order, and waits until everything is reported, or it makes no sense to
    /// wait any longer. Cancel-safe: what is under way then, the next call finds.
    pub(crate) async fn send(
        &self,
        topic: &str,
        batch: &[Sequenced],
        sets: Sets,
        encode: impl Fn(&Sequenced) -> Result<Message, InvalidEvent>,
    ) {
        for event in batch {
            // Sent by a delivery that was cancelled or ran out of patience, or twice in the batch.
            if self.reports.knows(event.id) {
                continue;
            }
            let message = match encode(event) {
                Ok(message) => message,
                Err(error) => {
                    self.reports.end_at_once(event.id, Outcome::Refused(error.to_string()));
                    continue;
                }
            };
            let alone = sets == Sets::OfOne || message.key.len() + message.value.len() + FRAME > SET_BYTES;
            if alone && !self.settle().await {
                return;
            }
            if !self.enqueue(topic, Sent { id: event.id, alone }, message) {
                break;
            }
            if alone && !self.settle().await {
                return;
            }
        }
        self.settle().await;
    }

    /// Whether more can be sent.
    fn enqueue(&self, topic: &str, sent: Sent, message: Message) -> bool {
        let Message { key, value, headers } = message;
        let id = sent.id;
        self.reports.begin(id);
        // No timestamp, so the message has that of its sending. An event's own, older than the topic's
        // retention, would let the broker delete what it has just acknowledged.
        let record = BaseRecord::with_opaque_to(topic, Box::new(sent)).key(&key).payload(&value).headers(headers);
        let Err((error, _record)) = self.producer.send(record) else { return true };
        if error.rdkafka_error_code() == Some(RDKafkaErrorCode::QueueFull) {
            // Of what was sent before and is still under way.
            self.reports.withdraw(id);
            return false;
        }
        // The client has looked at this message alone.
        let (outcome, goes_on) = match outcome(&error, true) {
            refused @ Outcome::Refused(_) => (refused, true),
            _ => (Outcome::Unsent(error.to_string()), false),
        };
        self.reports.end(id, outcome);
        goes_on
    }

    /// Waits until everything is reported; whether it is, and more may be sent.
    async fn settle(&self) -> bool {
        let settled_or_failing = self.reports.until(|state| state.is_settled() || state.is_failing());
        let in_time = tokio::time::timeout(PATIENCE, settled_or_failing).await.is_ok();
        if !self.reports.is_failing() {
            return in_time;
        }
        // Either way the answers say what is known.
        let _ = tokio::time::timeout(GRACE, self.reports.until(State::is_settled)).await;
        false
    }

    /// What became of a batch; none of what is not reported, or was not sent.
    pub(crate) fn outcomes(&self, batch: &[Sequenced]) -> Vec<Option<Outcome>> {
        self.reports.tell(batch.iter().map(|event| event.id))
    }

    /// Ends it, once nobody else uses it; whether it leaves a message that the broker has taken, or may have taken,
    /// and nobody has been told.
    pub(crate) fn end(session: Arc<Self>, within: Duration) -> bool {
        let reports = Arc::clone(&session.reports);
        let begun = Instant::now();
        while Arc::strong_count(&session) > 1 && begun.elapsed() < within {
            thread::sleep(Duration::from_millis(1));
        }
        // Its messages are given up, and reported so.
        drop(session);
        reports.leaves_some()
    }

    /// Behind the last message that was stored, in each partition, since this was asked last.
    pub(crate) fn take_offsets(&self) -> Offsets {
        self.reports.take_offsets()
    }

    /// What the client complains about.
    pub(crate) fn trouble(&self) -> Option<String> {
        self.reports.trouble()
    }

    pub(crate) fn producer(&self) -> &ThreadedProducer<Callbacks> {
        &self.producer
    }
}

/// Ends something that takes a moment to end, on a thread of its own.
pub(crate) fn end_in_background<T: Send + 'static>(what: T) {
    let thread = thread::Builder::new().name("events-kafka-end".to_owned());
    // Where there is no thread left it has ended right here.
    let _ = thread.spawn(move || drop(what));
}

/// A message under way.
#[derive(Debug)]
pub(crate) struct Sent {
    id: EventId,
    /// Whether it is a set of its own.
    alone: bool,
}

/// What librdkafka calls: reports, complaints, log lines.
#[derive(Debug)]
pub(crate) struct Callbacks {
    name: String,
    reports: Arc<Reports>,
}

impl ClientContext for Callbacks {
    /// For who looks for it. A broker that is away is no error of this program, and what matters to a delivery is
    /// in its answers, which the relay logs.
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        tracing::debug!(relay = self.name, ?level, facility, "librdkafka: {message}");
    }

    fn error(&self, error: KafkaError, reason: &str) {
        tracing::debug!(relay = self.name, %error, "librdkafka: {reason}");
        self.reports.complain(reason.to_owned());
        if error.rdkafka_error_code() == Some(RDKafkaErrorCode::Fatal) {
            self.reports.fail();
        }
    }
}

impl ProducerContext for Callbacks {
    type DeliveryOpaque = Box<Sent>;

    fn delivery(&self, report: &DeliveryResult<'_>, sent: Box<Sent>) {
        match report {
            Ok(message) => self.reports.stored(sent.id, message.partition(), message.offset()),
            Err((error, _)) => self.reports.end(sent.id, outcome(error, sent.alone)),
        }
    }
}

/// What an error of a message means for it.
fn outcome(error: &KafkaError, alone: bool) -> Outcome {
    use RDKafkaErrorCode::{InvalidDifferentRecord, InvalidRecord, MessageBatchTooLarge, MessageSizeTooLarge};
    let Some(code) = error.rdkafka_error_code() else { return Outcome::Failed(error.to_string()) };
    match code {
        MessageSizeTooLarge | MessageBatchTooLarge | InvalidRecord | InvalidDifferentRecord if alone => {
            Outcome::Refused(format!("the Kafka topic does not take it: {code} [EVT177]"))
        }
        MessageSizeTooLarge | MessageBatchTooLarge | InvalidRecord | InvalidDifferentRecord => {
            Outcome::Suspect(format!("the Kafka topic does not take it together with others: {code}"))
        }
        // Also of a message that was given up in its queue: it may have been sent before and be back there because an
        // answer was lost, and the client says the same of it.
        _ => Outcome::Failed(code.to_string()),
    }
}
