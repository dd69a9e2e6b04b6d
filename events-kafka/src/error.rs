//! What is wrong with a topic, before anything is sent to it.

use events_core::NotReady;
use rdkafka::error::KafkaError;

/// Why there is no [`KafkaTopic`](crate::KafkaTopic).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// No broker is named.
    #[error("no Kafka broker is named: write `host:port`, several with commas between them [EVT170]")]
    NoBrokers,
    /// The topic's name is none.
    #[error("`{0}` is no name of a Kafka topic: write 1 to 249 letters, digits, `.`, `_` and `-` [EVT171]")]
    TopicName(String),
    /// librdkafka refuses a property. Its value may be a secret and is not repeated.
    #[error("the Kafka property `{0}` is unknown, or not with this value: see librdkafka's CONFIGURATION.md [EVT172]")]
    Property(String),
    /// The client cannot be made.
    #[error("no Kafka client can be made: {0} [EVT173]")]
    Client(String),
}

impl ConnectError {
    /// Why a client could not be made.
    pub(crate) fn of(error: KafkaError) -> Self {
        match error {
            // The description repeats the value, which may be a secret.
            KafkaError::ClientConfig(_, _, property, _) => Self::Property(property),
            error => Self::Client(error.to_string()),
        }
    }
}

/// Why nothing can be sent yet.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unready {
    #[error(
        "no Kafka broker at `{brokers}` answers: {why}; they are asked again, the journal keeps what waits [EVT174]"
    )]
    NoAnswer { brokers: String, why: String },
    #[error(
        "the Kafka brokers at `{brokers}` have no topic `{topic}`: create it, `kafka-topics.sh --bootstrap-server \
         {brokers} --create --topic {topic} --partitions 6 --replication-factor {replicas}` [EVT175]"
    )]
    NoTopic { topic: String, brokers: String, replicas: usize },
    #[error("the Kafka topic `{topic}` may not be written to: grant this user Describe, Read and Write on it [EVT176]")]
    NotAllowed { topic: String },
    #[error(
        "the Kafka topic `{topic}` may not be read, to find what was sent before this process began: grant this user \
         Read on it, or say `Options::write_only`, and the last events may be there twice after a crash [EVT178]"
    )]
    NotReadable { topic: String },
    #[error("the Kafka topic cannot be read, to find what was sent before this process began: {0}")]
    NoReader(ConnectError),
}

impl From<Unready> for NotReady {
    fn from(unready: Unready) -> Self {
        let text = unready.to_string();
        match unready {
            Unready::NoAnswer { .. } => Self::Later(text),
            Unready::NoTopic { .. }
            | Unready::NotAllowed { .. }
            | Unready::NotReadable { .. }
            | Unready::NoReader(_) => Self::Misconfigured(text),
        }
    }
}
