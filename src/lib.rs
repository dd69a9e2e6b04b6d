#![doc = include_str!("../README.md")]

mod macros;

pub use events_core::*;

pub use crate::macros::{EventDetails, Record, action, category, resource};

#[doc(hidden)]
pub use events_core::__private;

#[cfg(feature = "sqlite")]
pub use events_sqlite as sqlite;
#[cfg(feature = "sqlite")]
pub use events_sqlite::SqliteStore;

/// A Kafka topic as a destination.
#[cfg(feature = "kafka")]
pub use events_kafka as kafka;
#[cfg(feature = "kafka")]
pub use events_kafka::KafkaTopic;

/// axum: the layer that puts a caller's context around each request.
#[cfg(feature = "axum")]
pub use events_http as http;

/// Elasticsearch and OpenSearch: a destination of relays, and search in what they delivered.
#[cfg(feature = "elasticsearch")]
pub use events_es as elasticsearch;

/// What most programs name.
pub mod prelude {
    #[cfg(feature = "kafka")]
    pub use crate::KafkaTopic;
    #[cfg(feature = "sqlite")]
    pub use crate::SqliteStore;
    pub use crate::{
        Ack, Acl, AnyHref, Caller, Claim, Context, Ending, EventDetails, EventId, EventManager, Failure, Href,
        Operation, Outcome, Query, Reason, Record, Refused, Right, Viewer, action, category, emit, resource,
    };
}
