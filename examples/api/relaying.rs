//! Where events go beyond this machine: `--relay`, `--ack`, `--search`.

use std::{error::Error, str::FromStr};

use clap::{Args, ValueEnum};
use events::{Ack, Builder};

/// What is asked for on the command line. Without any of it events stay in the folder of `--data`.
#[derive(Args)]
pub(crate) struct Relaying {
    /// Deliver events there as well; may be given twice
    #[arg(long = "relay", value_name = "elasticsearch=URL|kafka=BROKERS")]
    relays: Vec<Relay>,
    /// Run a handler once its opening event is stored there, not only on this machine
    #[arg(long, value_name = "DESTINATION", requires = "relays")]
    ack: Option<Searchable>,
    /// Search there instead of on this machine
    #[arg(long, value_name = "DESTINATION", requires = "relays")]
    search: Option<Searchable>,
    /// What the names of Elasticsearch's indices begin with
    #[arg(long, value_name = "PREFIX", default_value = "events")]
    index: String,
    /// The topic that Kafka gets them in; it has to be there
    #[arg(long, value_name = "TOPIC", default_value = "event")]
    topic: String,
}

/// A destination and where it is.
#[derive(Clone)]
enum Relay {
    Elasticsearch(String),
    Kafka(String),
}

/// A destination that confirms and finds single events.
#[derive(Clone, Copy, ValueEnum)]
enum Searchable {
    Elasticsearch,
}

impl Searchable {
    const fn name(self) -> &'static str {
        match self {
            Self::Elasticsearch => "elasticsearch",
        }
    }
}

impl FromStr for Relay {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('=') {
            Some(("elasticsearch", urls)) if !urls.is_empty() => Ok(Self::Elasticsearch(urls.to_owned())),
            Some(("kafka", brokers)) if !brokers.is_empty() => Ok(Self::Kafka(brokers.to_owned())),
            _ => Err("write `elasticsearch=http://localhost:9200` or `kafka=localhost:9092`".to_owned()),
        }
    }
}

impl Relaying {
    /// Adds what was asked for to a manager that is being set up.
    pub(crate) fn to(&self, mut builder: Builder) -> Result<Builder, Box<dyn Error>> {
        for relay in &self.relays {
            builder = match relay {
                Relay::Elasticsearch(urls) => to_elasticsearch(builder, urls, &self.index)?,
                Relay::Kafka(brokers) => to_kafka(builder, brokers, &self.topic)?,
            };
        }
        if let Some(destination) = self.ack {
            builder = builder.acknowledge(Ack::Delivered(destination.name()));
        }
        if let Some(destination) = self.search {
            builder = builder.search_in(destination.name());
        }
        Ok(builder)
    }
}

#[cfg(feature = "elasticsearch")]
fn to_elasticsearch(builder: Builder, urls: &str, index: &str) -> Result<Builder, Box<dyn Error>> {
    use events::elasticsearch::Options;

    Ok(builder.relay_to(Options::new().prefix(index).connect(urls)?))
}

#[cfg(not(feature = "elasticsearch"))]
fn to_elasticsearch(_: Builder, _: &str, _: &str) -> Result<Builder, Box<dyn Error>> {
    Err(lacks("Elasticsearch", "elasticsearch"))
}

#[cfg(feature = "kafka")]
fn to_kafka(builder: Builder, brokers: &str, topic: &str) -> Result<Builder, Box<dyn Error>> {
    Ok(builder.relay_to(events::kafka::KafkaTopic::connect(brokers, topic)?))
}

#[cfg(not(feature = "kafka"))]
fn to_kafka(_: Builder, _: &str, _: &str) -> Result<Builder, Box<dyn Error>> {
    Err(lacks("Kafka", "kafka"))
}

#[cfg(not(all(feature = "elasticsearch", feature = "kafka")))]
fn lacks(what: &str, feature: &str) -> Box<dyn Error> {
    format!("this program was built without {what}: build it with `--features {feature}`").into()
}
