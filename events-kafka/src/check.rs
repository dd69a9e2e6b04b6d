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

/// Where the client says that something is wrong, it is no use to wait longer than this: the relay asks again.
const TROUBLED: Duration = Duration::from_secs(1);

/// A topic that was made a moment ago is known to every broker after this time.
const SPREADING: Duration = Duration::from_secs(2);

/// Asks the brokers for the topic. Cancel-safe.
///
/// # Errors
/// They do not answer, it is not there, or may not be written to.
pub(crate) async fn topic(session: Arc<Session>, brokers: &str, topic: &str) -> Result<(), Unready> {
    let (answer, mut answered) = oneshot::channel();
    let question = Question { session: Arc::clone(&session), brokers: brokers.to_owned(), topic: topic.to_owned() };
    // The question blocks. Where there is no thread for it, it is asked again later.
    let _ = thread::Builder::new().name("events-kafka-ask".to_owned()).spawn(move || drop(answer.send(question.ask())));
    let no_answer = |why: String| Unready::NoAnswer { brokers: brokers.to_owned(), why };
    let in_time = tokio::time::timeout(TROUBLED, &mut answered).await;
    let answered = match (in_time, session.trouble()) {
        (Ok(answered), _) => answered,
        (Err(_), Some(trouble)) => return Err(no_answer(trouble)),
        (Err(_), None) => answered.await,
    };
    answered.map_err(|_| no_answer("they could not be asked".to_owned()))?
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
