//! Reading what the topic has beyond what is known of it: events that were sent by a process that died before it
//! could say so, or by a producer that ended before the broker answered.

use std::{
    collections::HashSet,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use events_core::EventId;
use rdkafka::{
    ClientConfig, ClientContext, Message as _, Offset, TopicPartitionList,
    client::Client,
    config::RDKafkaLogLevel,
    consumer::{BaseConsumer, Consumer, ConsumerContext},
    error::{KafkaError, KafkaResult, RDKafkaErrorCode},
    message::Headers,
};
use tokio::sync::watch;

use crate::{
    error::{ConnectError, Unready},
    landmarks::Offsets,
    session::Session,
};

/// Messages that are read at most. What is looked for stands at the beginning: what was sent between the last
/// position that was kept and the end of its process.
const MOST: usize = 1_000_000;

/// A request of the producer that is gone may still be on its way: nothing is taken for absent before so much time
/// has passed.
const SETTLED: Duration = Duration::from_secs(1);

/// How long one question may take, and how long no message may come.
const LIMIT: Duration = Duration::from_secs(10);

/// What is read, and from where on. Holds credentials.
pub(crate) struct Question {
    pub(crate) config: ClientConfig,
    /// Of the relay.
    pub(crate) name: String,
    pub(crate) brokers: String,
    pub(crate) topic: String,
    /// None where nothing of ours can be there that is not known.
    pub(crate) from: Option<Offsets>,
    /// What has to end first.
    pub(crate) over: Option<Over>,
}

/// A session that sends nothing any more.
#[derive(Debug)]
pub(crate) struct Over {
    pub(crate) session: Arc<Session>,
    /// Whether it leaves a message of which somebody was told that nobody knows whether it is there.
    pub(crate) is_unsure: bool,
    /// What was found before it began.
    pub(crate) found: Option<Arc<Found>>,
}

/// A thread that reads. Ends when nobody waits for it any more.
#[derive(Clone, Debug)]
pub(crate) struct Reading {
    progress: watch::Receiver<Progress>,
    /// What is said where its thread ends without an answer.
    ended: Unready,
}

#[derive(Clone, Debug)]
enum Progress {
    Asking,
    /// It is known where to begin.
    Begun(Offsets),
    Done(Arc<Found>),
    Failed(Unready),
}

/// What stands in the topic.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Where reading began.
    pub(crate) from: Offsets,
    /// Where partitions ended.
    pub(crate) ends: Offsets,
    pub(crate) ids: HashSet<EventId>,
}

impl Reading {
    pub(crate) fn start(question: Question) -> Self {
        let (tell, progress) = watch::channel(Progress::Asking);
        let ended = question.no_answer("reading the topic ended early".to_owned());
        // Where there is no thread for it, it begins again later.
        let thread = thread::Builder::new().name("events-kafka-read".to_owned());
        let _ = thread.spawn(move || question.run(&tell));
        Self { progress, ended }
    }

    /// Whether both are of one thread.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.progress.same_channel(&other.progress)
    }

    /// From where on is read. Cancel-safe.
    pub(crate) async fn begun(&mut self) -> Result<Offsets, Unready> {
        match self.until(|progress| !matches!(progress, Progress::Asking)).await? {
            Progress::Begun(from) => Ok(from),
            Progress::Done(found) => Ok(found.from.clone()),
            Progress::Failed(error) => Err(error),
            Progress::Asking => Err(self.ended.clone()),
        }
    }

    /// What is there. Cancel-safe.
    pub(crate) async fn done(&mut self) -> Result<Arc<Found>, Unready> {
        match self.until(|progress| matches!(progress, Progress::Done(_) | Progress::Failed(_))).await? {
            Progress::Done(found) => Ok(found),
            Progress::Failed(error) => Err(error),
            Progress::Asking | Progress::Begun(_) => Err(self.ended.clone()),
        }
    }

    async fn until(&mut self, reached: impl FnMut(&Progress) -> bool) -> Result<Progress, Unready> {
        let reached = self.progress.wait_for(reached).await;
        reached.map(|progress| progress.clone()).map_err(|_| self.ended.clone())
    }
}

impl Question {
    fn run(mut self, tell: &watch::Sender<Progress>) {
        if let Some(Over { session, is_unsure, found }) = self.over.take() {
            let leaves_some = Session::end(session, LIMIT);
            if !is_unsure && !leaves_some {
                let known = || Arc::new(Found { from: self.from.clone().unwrap_or_default(), ..Found::default() });
                tell.send_replace(Progress::Done(found.unwrap_or_else(known)));
                return;
            }
        }
        let answer = match self.answer(tell) {
            Ok(found) => Progress::Done(Arc::new(found)),
            Err(error) => Progress::Failed(error),
        };
        tell.send_replace(answer);
    }

    fn answer(&self, tell: &watch::Sender<Progress>) -> Result<Found, Unready> {
        let started = Instant::now();
        let consumer = self.consumer()?;
        let client = consumer.client();
        let partitions = partitions(client, &self.topic, LIMIT).map_err(|error| self.failed(&error))?;
        let watermarks = || watermarks(client, &self.topic, &partitions, LIMIT).map_err(|error| self.failed(&error));
        let (lows, ends) = watermarks()?;
        let mut reader = Reader { question: self, consumer: &consumer, tell, messages: 0, ids: HashSet::new() };
        reader.probe(&ends)?;
        let Some(known) = &self.from else {
            tell.send_replace(Progress::Begun(ends.clone()));
            return Ok(Found { from: ends.clone(), ends, ids: HashSet::new() });
        };
        let from = first_to_read(known, &lows, &ends);
        tell.send_replace(Progress::Begun(from.clone()));
        let reached = reader.read(&from, &ends)?;
        // A broker that became the leader a moment ago may not know yet how far its partition reaches.
        let settling = if reached == ends { started } else { Instant::now() };
        while let Some(left) = SETTLED.checked_sub(settling.elapsed()).filter(|left| !left.is_zero()) {
            self.stop_where_nobody_waits(tell)?;
            thread::sleep(left.min(Duration::from_millis(50)));
        }
        let (_, settled) = watermarks()?;
        reader.read(&reached, &settled)?;
        if reader.messages >= MOST {
            tracing::warn!(
                relay = self.name,
                topic = self.topic,
                "the topic has more than {MOST} messages since the relay last said how far it is: what it sent behind \
                 them may be there twice"
            );
        }
        Ok(Found { from, ends: settled, ids: reader.ids })
    }

    fn consumer(&self) -> Result<BaseConsumer<Quiet>, Unready> {
        let consumer = self.config.create_with_context(Quiet { name: self.name.clone() });
        consumer.map_err(|error| Unready::NoReader(ConnectError::of(error)))
    }

    fn failed(&self, error: &KafkaError) -> Unready {
        match error.rdkafka_error_code() {
            Some(RDKafkaErrorCode::TopicAuthorizationFailed) => Unready::NotReadable { topic: self.topic.clone() },
            Some(RDKafkaErrorCode::UnknownTopicOrPartition) => {
                self.no_answer(format!("they do not know the topic `{}` now", self.topic))
            }
            _ => self.no_answer(error.to_string()),
        }
    }

    fn no_answer(&self, why: String) -> Unready {
        Unready::NoAnswer { brokers: self.brokers.clone(), why }
    }

    fn stop_where_nobody_waits(&self, tell: &watch::Sender<Progress>) -> Result<(), Unready> {
        if tell.is_closed() { Err(self.no_answer("nobody waits for them any more".to_owned())) } else { Ok(()) }
    }
}

/// Where reading begins: what retention has dropped is gone; a partition that was added is read from its beginning;
/// so is one that ends before what is known of it, because the topic was made again.
fn first_to_read(known: &Offsets, lows: &Offsets, ends: &Offsets) -> Offsets {
    let first = |(partition, end): (&i32, &i64)| {
        let low = lows.get(partition).copied().unwrap_or(0);
        let known = known.get(partition).copied().filter(|known| known <= end);
        (*partition, known.unwrap_or(low).max(low))
    };
    ends.iter().map(first).collect()
}

struct Reader<'q> {
    question: &'q Question,
    consumer: &'q BaseConsumer<Quiet>,
    tell: &'q watch::Sender<Progress>,
    messages: usize,
    ids: HashSet<EventId>,
}

impl Reader<'_> {
    /// Whether the topic may be read, before that matters.
    fn probe(&self, ends: &Offsets) -> Result<(), Unready> {
        let Some((partition, end)) = ends.first_key_value() else { return Ok(()) };
        self.assign([(*partition, *end)])?;
        // Its end, or a message that has come since.
        self.next().map(drop)
    }

    /// Collects the ids of what stands between. Answers how far it came: not to the end of a partition where no
    /// message stands there, such as the marks of transactions, or the broker says that it ends before.
    fn read(&mut self, from: &Offsets, to: &Offsets) -> Result<Offsets, Unready> {
        let mut reached: Offsets = to
            .iter()
            .map(|(partition, end)| (*partition, from.get(partition).map_or(0, |from| *from.min(end))))
            .collect();
        let mut left: Offsets = to.clone();
        left.retain(|partition, end| reached[partition] < *end);
        if left.is_empty() {
            return Ok(reached);
        }
        self.assign(left.keys().map(|partition| (*partition, reached[partition])))?;
        while !left.is_empty() && self.messages < MOST {
            match self.next()? {
                Next::End(partition) => drop(left.remove(&partition)),
                Next::Message { partition, offset, id } => {
                    // What stands behind the end of a partition comes while others are read.
                    let Some(end) = left.get(&partition).copied() else { continue };
                    self.messages += 1;
                    self.ids.extend(id);
                    reached.insert(partition, end.min(offset + 1));
                    if offset + 1 >= end {
                        left.remove(&partition);
                    }
                }
            }
        }
        Ok(reached)
    }

    fn assign(&self, offsets: impl IntoIterator<Item = (i32, i64)>) -> Result<(), Unready> {
        let mut list = TopicPartitionList::new();
        let topic = &self.question.topic;
        let mut added = offsets
            .into_iter()
            .map(|(partition, offset)| list.add_partition_offset(topic, partition, Offset::Offset(offset)));
        let assigned = added.try_for_each(|added| added).and_then(|()| self.consumer.assign(&list));
        assigned.map_err(|error| self.question.failed(&error))
    }

    /// What comes next, in any partition.
    fn next(&self) -> Result<Next, Unready> {
        let begun = Instant::now();
        let mut trouble = None;
        while begun.elapsed() < LIMIT {
            self.question.stop_where_nobody_waits(self.tell)?;
            match self.consumer.poll(Duration::from_millis(100)) {
                None => {}
                Some(Ok(message)) => {
                    let (partition, offset) = (message.partition(), message.offset());
                    return Ok(Next::Message { partition, offset, id: id(message.headers()) });
                }
                Some(Err(KafkaError::PartitionEOF(partition))) => return Ok(Next::End(partition)),
                Some(Err(error)) => match self.question.failed(&error) {
                    refused @ Unready::NotReadable { .. } => return Err(refused),
                    // Such as a broker that goes away: the client looks for another.
                    other if !is_about_group(&error) => trouble = Some(other),
                    _ => {}
                },
            }
        }
        Err(trouble.unwrap_or_else(|| self.question.no_answer("no message comes".to_owned())))
    }
}

enum Next {
    /// Of a partition.
    End(i32),
    Message {
        partition: i32,
        offset: i64,
        /// None where it is no event.
        id: Option<EventId>,
    },
}

fn id(headers: Option<&impl Headers>) -> Option<EventId> {
    let id = headers?.iter().find(|header| header.key == "ce_id")?;
    std::str::from_utf8(id.value?).ok()?.parse().ok()
}

/// Whether it is about the group, which is used for nothing: this user may have no rights on it.
fn is_about_group(error: &KafkaError) -> bool {
    use RDKafkaErrorCode::{
        CoordinatorLoadInProgress, CoordinatorNotAvailable, GroupAuthorizationFailed, NotCoordinator,
    };
    let code = error.rdkafka_error_code();
    let of_group = [GroupAuthorizationFailed, CoordinatorNotAvailable, CoordinatorLoadInProgress, NotCoordinator];
    code.is_some_and(|code| of_group.contains(&code))
}

/// The partitions of a topic. A topic that is not known for a moment is not one without partitions.
pub(crate) fn partitions<C: ClientContext>(client: &Client<C>, topic: &str, limit: Duration) -> KafkaResult<Vec<i32>> {
    let metadata = client.fetch_metadata(Some(topic), limit)?;
    let unknown = RDKafkaErrorCode::UnknownTopicOrPartition;
    let topic = metadata.topics().first().ok_or(KafkaError::MetadataFetch(unknown))?;
    if let Some(error) = topic.error() {
        return Err(KafkaError::MetadataFetch(error.into()));
    }
    let partitions: Vec<i32> = topic.partitions().iter().map(|partition| partition.id()).collect();
    // None has none.
    if partitions.is_empty() { Err(KafkaError::MetadataFetch(unknown)) } else { Ok(partitions) }
}

/// Where partitions begin and where they end.
pub(crate) fn watermarks<C: ClientContext>(
    client: &Client<C>,
    topic: &str,
    partitions: &[i32],
    limit: Duration,
) -> KafkaResult<(Offsets, Offsets)> {
    let (mut lows, mut ends) = (Offsets::new(), Offsets::new());
    for partition in partitions {
        let (low, end) = client.fetch_watermarks(topic, *partition, limit)?;
        lows.insert(*partition, low);
        ends.insert(*partition, end);
    }
    Ok((lows, ends))
}

/// Says what librdkafka logs to who looks for it.
#[derive(Debug)]
struct Quiet {
    /// Of the relay.
    name: String,
}

impl ClientContext for Quiet {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        tracing::debug!(relay = self.name, ?level, facility, "librdkafka: {message}");
    }

    fn error(&self, error: KafkaError, reason: &str) {
        tracing::debug!(relay = self.name, %error, "librdkafka: {reason}");
    }
}

impl ConsumerContext for Quiet {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_begins_where_what_is_known_ends_and_a_partition_allows() {
        let offsets = |offsets: &[i64]| -> Offsets { (0..).zip(offsets.iter().copied()).collect() };
        // As known; dropped by retention; made again; nothing new; added since.
        let (lows, ends) = (offsets(&[0, 50, 3, 7, 2]), offsets(&[90, 90, 9, 40, 30]));
        let known = offsets(&[20, 20, 80, 40]);
        assert_eq!(first_to_read(&known, &lows, &ends), offsets(&[20, 50, 3, 40, 2]));
    }
}
