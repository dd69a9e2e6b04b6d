//! Telling an event that the server can never take from one that it cannot take now: both are answered
//! with 429.

use serde::Deserialize;
use std::collections::HashMap;

use crate::{handle::Server, request::Request};

/// An event that is larger goes alone: where it is refused, it is refused alone.
pub(crate) const LARGE: usize = 1 << 20;

/// While an event is written, the server accounts for it this many times: once where the request arrives, and
/// four times where it is indexed. Measured on Elasticsearch 9.1; others account for less.
const ACCOUNTED: u64 = 5;

#[derive(Deserialize)]
struct Nodes {
    nodes: HashMap<String, Node>,
}

#[derive(Deserialize)]
struct Node {
    indexing_pressure: Pressure,
}

#[derive(Deserialize)]
struct Pressure {
    memory: Memory,
}

#[derive(Deserialize)]
struct Memory {
    limit_in_bytes: u64,
}

/// Why so many bytes are too much for every node, even when it has nothing else to do; none where one may take
/// them, or where the server does not say.
pub(crate) async fn never_fits(server: &Server, bytes: usize) -> Option<String> {
    let path = "/_nodes/stats/indexing_pressure?filter_path=nodes.*.indexing_pressure.memory.limit_in_bytes";
    let answer = server.client.succeed(&Request::get(path).once()).await.ok()?;
    let Nodes { nodes } = answer.read().ok()?;
    let limit = nodes.values().map(|node| node.indexing_pressure.memory.limit_in_bytes).max()?;
    (bytes as u64 * ACCOUNTED > limit).then(|| {
        format!(
            "its {bytes} bytes are more than a node of Elasticsearch takes at once, which has {limit} bytes for all that is \
             written: give it more heap, or raise `indexing_pressure.memory.limit`"
        )
    })
}
