//! Looking at the events of one moment, however many requests it takes.

use std::sync::OnceLock;

use elasticsearch::http::Method;
use events_core::SearchError;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    handle::Server,
    request::{Request, RequestError},
    search::{TimeLimit, unavailable},
};

/// The two servers name this differently; which it is, is found out when it is first needed.
#[derive(Debug, Default)]
pub(crate) struct Flavour(OnceLock<Dialect>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dialect {
    Elasticsearch,
    OpenSearch,
}

/// The events as they were when it was opened. The server keeps it for a minute beyond its last use.
#[derive(Debug)]
pub(crate) struct PointInTime {
    id: String,
    dialect: Dialect,
}

#[derive(Deserialize)]
struct Opened {
    #[serde(alias = "pit_id")]
    id: String,
}

impl PointInTime {
    pub(crate) async fn open(server: &Server, limit: TimeLimit) -> Result<Self, SearchError> {
        let alias = server.layout.alias();
        let elasticsearch = (Dialect::Elasticsearch, format!("/{alias}/_pit"));
        let opensearch = (Dialect::OpenSearch, format!("/{alias}/_search/point_in_time"));
        for (dialect, path) in [elasticsearch, opensearch] {
            if server.flavour.0.get().is_some_and(|known| *known != dialect) {
                continue;
            }
            let request =
                Request::post(format!("{path}?keep_alive=1m&ignore_unavailable=true")).within(limit.patience());
            let answer = server.client.send(&request).await.map_err(unavailable)?;
            if answer.is_success() {
                let Opened { id } = answer.read().map_err(unavailable)?;
                server.flavour.0.get_or_init(|| dialect);
                return Ok(Self { id, dialect });
            }
            // The other one does not know the path.
            if !matches!(answer.status, 400 | 404 | 405) {
                return Err(unavailable(answer.refused()));
            }
        }
        let error = "neither Elasticsearch's nor OpenSearch's way to open a point in time works";
        Err(unavailable(RequestError::Unreadable(error.to_owned())))
    }

    /// Adds it to a search.
    pub(crate) fn add_to(&self, body: &mut Value) {
        body["pit"] = json!({ "id": self.id, "keep_alive": "1m" });
    }

    /// Gives it back. Where that fails, the server does so itself.
    pub(crate) async fn close(self, server: &Server) {
        let (path, body) = match self.dialect {
            Dialect::Elasticsearch => ("/_pit", json!({ "id": self.id })),
            Dialect::OpenSearch => ("/_search/point_in_time", json!({ "pit_id": [self.id] })),
        };
        let request = Request::new(Method::Delete, path).json(&body).once();
        if let Err(error) = server.client.succeed(&request).await {
            tracing::debug!(%error, "a point in time was not given back to Elasticsearch");
        }
    }
}
