//! An Elasticsearch to measure, and the indices that are made in it.

use std::fmt;

use events::elasticsearch::{Elasticsearch, Options};
use events_test_servers::Kind;
use serde_json::Value;

use crate::{
    Result,
    connection::{Connection, json_request},
    servers::server::Server,
};

#[derive(Debug)]
pub(crate) struct Cluster {
    server: Server,
    /// Host and port.
    host: String,
}

impl Cluster {
    /// The one that `ES_URL` or `ES8_URL` points to; else one of our own.
    ///
    /// # Errors
    /// There is none, or none that plain HTTP without credentials reaches.
    pub(crate) fn ready() -> Result<Self> {
        let server = Server::ready(&[Kind::Elasticsearch9, Kind::Elasticsearch8])?;
        let address = server.address().trim_end_matches('/');
        let host = address.strip_prefix("http://").filter(|host| host.contains(':') && !host.contains(['@', '/', ',']));
        let Some(host) = host.map(str::to_owned) else {
            return Err("the loop beside the relay speaks plain HTTP to one node: point to `http://host:port`".into());
        };
        Ok(Self { server, host })
    }

    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// Asks once; what is answered.
    pub(crate) async fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Value> {
        let body = body.map(Value::to_string).unwrap_or_default();
        let request = json_request(&self.host, method, path, body.as_bytes());
        let answer = Connection::open(&self.host).await?.ask(&request).await?;
        Ok(serde_json::from_slice(&answer)?)
    }

    /// Indices of their own, none of which is there yet.
    pub(crate) fn indices(&self, name: &str) -> Indices<'_> {
        Indices { cluster: self, prefix: format!("events-bench-{}-{name}", std::process::id()) }
    }
}

impl fmt::Display for Cluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.server.fmt(f)
    }
}

/// The indices of one installation; removed when this is dropped, which blocks.
#[derive(Debug)]
pub(crate) struct Indices<'c> {
    pub(crate) cluster: &'c Cluster,
    pub(crate) prefix: String,
}

impl Indices<'_> {
    /// Connects with settings of one's own.
    pub(crate) fn connect(&self, options: Options) -> Result<Elasticsearch> {
        Ok(options.prefix(&self.prefix).connect(self.cluster.server.address())?)
    }

    /// Asks something of all months at once: `_refresh`, `_stats`.
    pub(crate) async fn ask(&self, method: &str, what: &str, body: Option<&Value>) -> Result<Value> {
        self.cluster.ask(method, &format!("/{}/{what}", self.prefix), body).await
    }

    /// Removes all events. What says how they are kept stays.
    pub(crate) async fn clear(&self) -> Result<()> {
        self.remove(|index| !index.ends_with("-leases")).await
    }

    async fn remove(&self, is_removed: impl Fn(&str) -> bool) -> Result<()> {
        let there = self.cluster.ask("GET", &format!("/_resolve/index/{}-*", self.prefix), None).await?;
        let there = there["indices"].as_array().map(Vec::as_slice).unwrap_or_default();
        for index in there.iter().filter_map(|index| index["name"].as_str()).filter(|index| is_removed(index)) {
            self.cluster.ask("DELETE", &format!("/{index}"), None).await?;
        }
        Ok(())
    }

    async fn remove_all(&self) -> Result<()> {
        self.remove(|_| true).await?;
        self.cluster.ask("DELETE", &format!("/_index_template/{}", self.prefix), None).await.map(drop)
    }
}

impl Drop for Indices<'_> {
    fn drop(&mut self) {
        let removed =
            || tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(self.remove_all());
        if let Err(error) = removed() {
            eprintln!("  the indices `{}-*` may still be there: {error}", self.prefix);
        }
    }
}
