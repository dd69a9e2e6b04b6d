//! Leases: how processes that share a server know of each other.
//!
//! One document for each journal, which the process that records in it rewrites again and again. Who reads
//! it twice with another counter knows that its process lives. No clock of one machine is ever compared
//! with that of another.

use std::time::Duration;

use events_core::EventId;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::{
    handle::Server,
    request::{Request, RequestError},
    setup::Spread,
};

/// What stands in a lease.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Lease {
    /// Which journal.
    pub(crate) journal: String,
    /// Where the journal is: another one where it was copied or moved to.
    pub(crate) place: String,
    /// The process that records in it.
    pub(crate) holder: Holder,
    /// All processes that did, the newest last: their openings carry these.
    pub(crate) processes: Vec<String>,
    /// Another number each time it is written.
    pub(crate) counter: u64,
    /// No operation of this journal that is open here has an older opening.
    pub(crate) open_from: EventId,
    /// How long it holds.
    pub(crate) lease_ms: u64,
    /// Whether its process has ended as it should.
    pub(crate) released: bool,
    /// A process that came later to the same journal, while this one lived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) contested_by: Option<Holder>,
}

/// A process, as people find it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Holder {
    /// Its id, as its openings carry it.
    pub(crate) process: String,
    /// Its number on its machine.
    pub(crate) pid: u32,
    /// The name of the machine; empty where it has none.
    pub(crate) host: String,
}

impl Holder {
    /// This process.
    pub(crate) fn here(process: String) -> Self {
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        Self { process, pid: std::process::id(), host: host.trim().to_owned() }
    }
}

impl std::fmt::Display for Holder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "process {} (pid {} on `{}`)", self.process, self.pid, self.host)
    }
}

/// So many processes of one journal are remembered.
const MOST_PROCESSES: usize = 256;

impl Lease {
    /// The same for another process, which takes over.
    pub(crate) fn taken_over(self, holder: Holder, place: String, lease_ms: u64) -> Self {
        let mut processes = self.processes;
        processes.retain(|process| *process != holder.process);
        processes.push(holder.process.clone());
        let forgotten = processes.len().saturating_sub(MOST_PROCESSES);
        processes.drain(..forgotten);
        let counter = self.counter.wrapping_add(1);
        Self { place, holder, processes, counter, lease_ms, released: false, contested_by: None, ..self }
    }
}

/// A lease as it was read or written, and which writing that was.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    pub(crate) lease: Lease,
    version: Version,
}

/// Tells one writing of a document from all others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
struct Version {
    #[serde(rename = "_seq_no")]
    seq_no: u64,
    #[serde(rename = "_primary_term")]
    primary_term: u64,
}

#[derive(Deserialize)]
struct Got {
    #[serde(flatten)]
    version: Version,
    #[serde(rename = "_source")]
    lease: Lease,
}

impl From<Got> for Kept {
    fn from(got: Got) -> Self {
        Self { lease: got.lease, version: got.version }
    }
}

/// Makes the index of leases, where it is missing.
pub(crate) async fn prepare(server: &Server) -> Result<(), RequestError> {
    let body = json!({
        "settings": { "index": Spread { shards: 1, ..server.spread }.settings() },
        // Leases are read whole.
        "mappings": { "dynamic": false, "properties": Map::new() },
    });
    let answer = server.client.send(&Request::put(format!("/{}", server.layout.leases())).json(&body)).await?;
    if answer.is_success() || answer.cause().kind == "resource_already_exists_exception" {
        Ok(())
    } else {
        Err(answer.refused())
    }
}

/// A lease that holds shorter is kept no more often.
pub(crate) const SHORTEST: Duration = Duration::from_millis(300);

/// How long all nodes together may take for a request about leases: one that hangs must not cost the lease, where
/// another answers.
fn patience(lease: Duration) -> Duration {
    (lease / 6).max(Duration::from_secs(2)).min(lease.max(SHORTEST) / 2)
}

/// The lease of a journal, for a process whose own holds for `lease`.
pub(crate) async fn read(server: &Server, journal: &str, lease: Duration) -> Result<Option<Kept>, RequestError> {
    let path = format!("/{}/_doc/{journal}", server.layout.leases());
    let answer = server.client.send(&Request::get(path).within(patience(lease)).once()).await?.expect(404)?;
    if answer.status == 404 { Ok(None) } else { answer.read::<Got>().map(|got| Some(got.into())) }
}

/// More journals than this do not share a server.
const MOST: usize = 10_000;

/// The leases of all journals.
pub(crate) async fn read_all(server: &Server, lease: Duration) -> Result<Vec<Kept>, RequestError> {
    #[derive(Deserialize)]
    struct Found {
        timed_out: bool,
        #[serde(rename = "_shards")]
        shards: Shards,
        hits: Hits,
    }
    #[derive(Deserialize)]
    struct Shards {
        total: u64,
        successful: u64,
    }
    #[derive(Deserialize)]
    struct Hits {
        hits: Vec<Got>,
    }
    let path = format!("/{}/_search", server.layout.leases());
    let body = json!({ "query": { "match_all": {} }, "size": MOST, "seq_no_primary_term": true });
    let request = Request::post(path).json(&body).within(patience(lease)).once();
    let found: Found = server.client.succeed(&request).await?.read()?;
    if found.timed_out || found.shards.successful < found.shards.total {
        return Err(RequestError::Unreadable("only some of the leases were answered".to_owned()));
    }
    Ok(found.hits.hits.into_iter().map(Kept::from).collect())
}

/// Writes a lease; over `before`, where there was one. None where somebody else has written in between.
pub(crate) async fn write(server: &Server, lease: Lease, before: Option<&Kept>) -> Result<Option<Kept>, RequestError> {
    let condition = before.map_or("op_type=create".to_owned(), |before| before.version.condition());
    // Whoever reads them finds them by a search.
    let path = format!("/{}/_doc/{}?refresh=true&{condition}", server.layout.leases(), lease.journal);
    let body: Value = json!(lease);
    let within = patience(Duration::from_millis(lease.lease_ms));
    let answer = server.client.send(&Request::put(path).json(&body).within(within).once()).await?.expect(409)?;
    if answer.status == 409 {
        return Ok(None);
    }
    let version = answer.read()?;
    Ok(Some(Kept { lease, version }))
}

/// Removes a lease, unless somebody has written it since.
pub(crate) async fn remove(server: &Server, kept: &Kept) -> Result<(), RequestError> {
    let (index, journal) = (server.layout.leases(), &kept.lease.journal);
    let path = format!("/{index}/_doc/{journal}?refresh=true&{}", kept.version.condition());
    let request = Request::new(elasticsearch::http::Method::Delete, path).once();
    let answer = server.client.send(&request).await?;
    if matches!(answer.status, 404 | 409) { Ok(()) } else { answer.expect(200).map(drop) }
}

/// Whether a lease is still what was read of it: whoever keeps it has not written since.
pub(crate) async fn is_unchanged(server: &Server, kept: &Kept, lease: Duration) -> Result<bool, RequestError> {
    Ok(read(server, &kept.lease.journal, lease).await?.is_some_and(|there| there.version == kept.version))
}

impl Version {
    fn condition(self) -> String {
        format!("if_seq_no={}&if_primary_term={}", self.seq_no, self.primary_term)
    }
}

#[cfg(test)]
impl Kept {
    /// As if it had been read.
    pub(crate) fn of(lease: Lease) -> Self {
        Self { lease, version: Version { seq_no: 0, primary_term: 1 } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_takes_over_remembers_the_processes_before() {
        let holder = |process: &str| Holder { process: process.to_owned(), pid: 1, host: "a".to_owned() };
        let lease = Lease {
            journal: "j".to_owned(),
            place: "here".to_owned(),
            holder: holder("first"),
            processes: vec!["first".to_owned()],
            counter: 7,
            open_from: EventId::from_u128(5),
            lease_ms: 10,
            released: true,
            contested_by: Some(holder("other")),
        };
        let taken = lease.clone().taken_over(holder("second"), "there".to_owned(), 20);
        assert_eq!(taken.processes, ["first", "second"]);
        assert_eq!((taken.counter, taken.open_from, taken.released), (8, lease.open_from, false));
        let many = (0..300).fold(lease, |lease, at| lease.taken_over(holder(&at.to_string()), String::new(), 1));
        assert_eq!(many.processes.len(), MOST_PROCESSES);
        assert_eq!(many.processes.last().map(String::as_str), Some("299"));
    }
}
