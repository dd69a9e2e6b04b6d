//! The servers there are.

use std::fmt;

/// A server that tests run against. Displays as its name and version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The Elasticsearch of today.
    Elasticsearch9,
    /// The last Elasticsearch of the line before.
    Elasticsearch8,
    /// What became of Elasticsearch 7 under another name.
    OpenSearch,
    /// One Kafka broker that is its own controller.
    Kafka,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Elasticsearch9, Self::Elasticsearch8, Self::OpenSearch, Self::Kafka];

    /// The name without the version.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Elasticsearch9 | Self::Elasticsearch8 => "Elasticsearch",
            Self::OpenSearch => "OpenSearch",
            Self::Kafka => "Kafka",
        }
    }

    /// The release that is fetched.
    pub const fn version(self) -> &'static str {
        match self {
            Self::Elasticsearch9 => "9.1.0",
            Self::Elasticsearch8 => "8.19.0",
            Self::OpenSearch => "3.4.0",
            Self::Kafka => "4.1.1",
        }
    }

    /// The environment variable that says where one is: a URL, or Kafka's brokers.
    pub const fn variable(self) -> &'static str {
        match self {
            Self::Elasticsearch9 => "ES_URL",
            Self::Elasticsearch8 => "ES8_URL",
            Self::OpenSearch => "OPENSEARCH_URL",
            Self::Kafka => "KAFKA_BROKERS",
        }
    }

    /// The oldest Java that it runs on.
    pub const fn java(self) -> u32 {
        match self {
            Self::Elasticsearch9 | Self::OpenSearch => 21,
            Self::Elasticsearch8 | Self::Kafka => 17,
        }
    }

    /// Where a server of this kind is that listens on `port` of this machine, as its variable says it.
    pub(crate) fn address(self, port: u16) -> String {
        match self {
            Self::Kafka => format!("127.0.0.1:{port}"),
            Self::Elasticsearch9 | Self::Elasticsearch8 | Self::OpenSearch => format!("http://127.0.0.1:{port}"),
        }
    }

    /// Name and version as a folder is called.
    pub(crate) fn slug(self) -> String {
        format!("{}-{}", self.name().to_lowercase(), self.version())
    }

    pub(crate) fn of_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.slug() == slug)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{} {}", self.name(), self.version()))
    }
}
