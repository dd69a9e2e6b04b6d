//! An API server: where it keeps its events and where it delivers them, and the manager that does so.

use std::{env, path::PathBuf, time::Duration};

use events::{Ack, EventManager, Journal, KafkaTopic, ManualClock, RelayStatus, SqliteStore, sqlite::Options};

use crate::{
    fleet::{Gate, LIMIT, gated},
    index::Index,
};

/// The newest that a journal keeps in memory, here.
pub(crate) const TAIL: u64 = 64;

/// Where an API server keeps its events and where it delivers them. What a child process is told.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) folder: PathBuf,
    pub(crate) index: Index,
    /// How it reaches Elasticsearch, which may be through a proxy.
    pub(crate) elasticsearch: String,
    pub(crate) kafka: String,
    pub(crate) topic: String,
    pub(crate) ack: Ack,
}

const VARIABLES: [&str; 6] = [
    "EVENTS_TEST_FOLDER",
    "EVENTS_TEST_URL",
    "EVENTS_TEST_PREFIX",
    "EVENTS_TEST_BROKERS",
    "EVENTS_TEST_TOPIC",
    "EVENTS_TEST_ACK",
];

impl Place {
    /// What a child finds in its environment.
    pub(crate) fn environment(&self) -> Vec<(&'static str, String)> {
        let Self { folder, index, kafka, topic, ack, .. } = self;
        let ack = if *ack == Ack::Journal { "journal" } else { "delivered" };
        let values = [folder.to_str().unwrap(), &index.url, &index.prefix, kafka, topic, ack];
        VARIABLES.into_iter().zip(values.map(str::to_owned)).collect()
    }

    /// In a child; none where this process is none.
    pub(crate) fn of_environment() -> Option<Self> {
        let [folder, url, prefix, kafka, topic, ack] = VARIABLES.map(|name| env::var(name).ok());
        let (url, ack) = (url?, ack?);
        Some(Self {
            folder: folder?.into(),
            index: Index { url: url.clone(), prefix: prefix? },
            elasticsearch: url,
            kafka: kafka?,
            topic: topic?,
            ack: if ack == "journal" { Ack::Journal } else { DELIVERED },
        })
    }

    /// Where the journal is.
    pub(crate) fn events(&self) -> PathBuf {
        self.folder.join("events")
    }

    /// The journal, its manager and what else belongs to them.
    pub(crate) fn open(&self, options: Options) -> Site {
        let journal = options.open(self.events()).unwrap();
        let (gate, clock) = (Gate::default(), ManualClock::at("2026-11-30T12:00:00Z".parse().unwrap()));
        let elasticsearch = self.index.options().request_limit(Duration::from_secs(1)).connect(&self.elasticsearch);
        let kafka = KafkaTopic::connect(&self.kafka, &self.topic);
        let manager = EventManager::builder(gated(journal.clone(), &gate))
            .relay_to(elasticsearch.unwrap())
            .relay_to(kafka.unwrap())
            .acknowledge(self.ack)
            .clock(clock.clone())
            .with_limits(|limits| {
                // Who waits for a server that is away does not wait long: the load must go on.
                limits.opening = if self.ack == Ack::Journal { LIMIT } else { Duration::from_millis(500) };
                limits.closing_wait = LIMIT;
            })
            .build()
            .unwrap();
        Site { place: self.clone(), journal, gate, clock, manager }
    }
}

/// Handlers wait for Elasticsearch.
pub(crate) const DELIVERED: Ack = Ack::Delivered("elasticsearch");

/// Segments so small that sealing and merging go on all the time.
pub(crate) fn options() -> Options {
    Options::new().segment_events(32).tail_events(TAIL as usize).merge_parts(3)
}

/// An API server that runs.
pub(crate) struct Site {
    pub(crate) place: Place,
    pub(crate) journal: SqliteStore,
    pub(crate) gate: Gate,
    pub(crate) clock: ManualClock,
    pub(crate) manager: EventManager,
}

impl Site {
    /// How many events it has recorded.
    pub(crate) fn recorded(&self) -> u64 {
        self.journal.last_seq().0
    }

    /// How one of its relays is doing.
    pub(crate) fn relay(&self, name: &str) -> RelayStatus {
        self.manager.relays().into_iter().find(|relay| relay.name == name).unwrap()
    }

    /// Whether everything is delivered.
    pub(crate) fn is_delivered(&self) -> bool {
        self.manager.relays().iter().all(|relay| relay.behind == 0)
    }
}
