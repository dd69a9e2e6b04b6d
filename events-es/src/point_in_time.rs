//! Looking at the events of one moment, however many requests it takes.

use std::sync::{Arc, OnceLock};

use elasticsearch::http::Method;
use events_core::SearchError;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::runtime::Handle;

use crate::{
    handle::Server,
    limit::TimeLimit,
    request::{Answer, Request, RequestError},
    search::{Outcome, ask_at, unavailable},
};

/// The two servers name this differently; which it is, is found out when it is first needed.
#[derive(Debug, Default)]
pub(crate) struct Flavour(OnceLock<Dialect>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dialect {
    Elasticsearch,
    OpenSearch,
}

/// The events as they were when it was opened. Dropped, it is given back, also with a search that is given up; nobody
/// waits for that. Where it fails, the server drops it a minute after its last use.
pub(crate) struct PointInTime {
    id: String,
    dialect: Dialect,
    server: Arc<Server>,
    runtime: Handle,
}

#[derive(Deserialize)]
struct Opened {
    #[serde(alias = "pit_id")]
    id: String,
}

impl PointInTime {
    pub(crate) async fn open(server: &Arc<Server>, limit: TimeLimit) -> Result<Self, SearchError> {
        let (server, runtime) = (server.clone(), Handle::current());
        // On its own: one whose search is given up meanwhile is open on the server, and only its answer says which
        // it is.
        let opening = runtime.spawn(Self::opened(server, runtime.clone(), limit));
        let ended = |_| SearchError::unavailable("opening a point in time in Elasticsearch ended early");
        opening.await.map_err(ended)?
    }

    async fn opened(server: Arc<Server>, runtime: Handle, limit: TimeLimit) -> Result<Self, SearchError> {
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
                return Ok(Self { id, dialect, server, runtime });
            }
            // The other one does not know the path.
            if !matches!(answer.status, 400 | 404 | 405) {
                return Err(unavailable(answer.refused()));
            }
        }
        let error = "neither Elasticsearch's nor OpenSearch's way to open a point in time works";
        Err(unavailable(RequestError::Unreadable(error.to_owned())))
    }

    /// Asks about the events of this moment.
    pub(crate) async fn ask(&mut self, mut body: Value, limit: TimeLimit) -> Result<(Answer, Outcome), SearchError> {
        body["pit"] = json!({ "id": self.id, "keep_alive": "1m" });
        let (answer, outcome) = ask_at(&self.server, "/_search", body, limit).await?;
        // It may have moved: the newest name of it is the one that counts.
        if let Some(newest) = &outcome.pit_id {
            self.id.clone_from(newest);
        }
        Ok((answer, outcome))
    }
}

impl Drop for PointInTime {
    fn drop(&mut self) {
        let (path, body) = match self.dialect {
            Dialect::Elasticsearch => ("/_pit", json!({ "id": self.id })),
            Dialect::OpenSearch => ("/_search/point_in_time", json!({ "pit_id": [self.id] })),
        };
        let request = Request::new(Method::Delete, path).json(&body).once();
        let server = self.server.clone();
        self.runtime.spawn(async move {
            if let Err(error) = server.client.succeed(&request).await {
                tracing::debug!(%error, "a point in time was not given back to Elasticsearch");
            }
        });
    }
}
