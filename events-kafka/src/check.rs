//! Whether the topic is there, asked before anything is delivered.

use std::{
    fmt::Display,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use rdkafka::{error::RDKafkaErrorCode, producer::Producer};
use tokio::sync::oneshot;

use crate::{error::Unready, session::Session};

/// How long one question may take.
const LIMIT: Duration = Duration::from_secs(5);

/// A topic that was made a moment ago is known to every broker after this time.
const SPREADING: Duration = Duration::from_secs(2);

/// Asks the brokers for the topic. Cancel-safe.
///
/// # Errors
/// They do not answer, it is not there, or may not be written to.
pub(crate) async fn topic(session: Arc<Session>, brokers: &str, topic: &str) -> Result<(), Unready> {
    let (answer, answered) = oneshot::channel();
    let question = Question { session, brokers: brokers.to_owned(), topic: topic.to_owned() };
    // The question blocks. Where there is no thread for it, it is asked again later.
    let _ = thread::Builder::new().name("events-kafka-ask".to_owned()).spawn(move || drop(answer.send(question.ask())));
    let not_asked = || Unready::NoAnswer { brokers: brokers.to_owned(), why: "they could not be asked".to_owned() };
    answered.await.map_err(|_| not_asked())?
}

struct Question {
    session: Arc<Session>,
    brokers: String,
    topic: String,
}

impl Question {
    fn ask(&self) -> Result<(), Unready> {
        let start = Instant::now();
        loop {
            match self.ask_once() {
                Err(Unready::NoTopic { .. }) if start.elapsed() < SPREADING => {
                    thread::sleep(Duration::from_millis(200));
                }
                answer => return answer,
            }
        }
    }

    fn ask_once(&self) -> Result<(), Unready> {
        let client = self.session.producer().client();
        let metadata = client.fetch_metadata(Some(&self.topic), LIMIT).map_err(|error| self.no_answer(&error))?;
        let problem = metadata.topics().first().and_then(|topic| topic.error()).map(RDKafkaErrorCode::from);
        match problem {
            None => Ok(()),
            Some(RDKafkaErrorCode::UnknownTopicOrPartition) => Err(Unready::NoTopic {
                topic: self.topic.clone(),
                brokers: self.brokers.clone(),
                replicas: metadata.brokers().len().clamp(1, 3),
            }),
            Some(RDKafkaErrorCode::TopicAuthorizationFailed) => Err(Unready::NotAllowed { topic: self.topic.clone() }),
            // Such as: it has no leader yet.
            Some(other) => Err(self.no_answer(&other)),
        }
    }

    fn no_answer(&self, error: &dyn Display) -> Unready {
        let why = self.session.trouble().unwrap_or_else(|| error.to_string());
        Unready::NoAnswer { brokers: self.brokers.clone(), why }
    }
}
