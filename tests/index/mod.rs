//! Names on an Elasticsearch that one test has for itself, and what stands under them, read past everything
//! that is tested.
#![allow(dead_code, clippy::unwrap_used, reason = "each test program uses a part, and fails with it")]

use std::{
    collections::BTreeMap,
    hash::{BuildHasher, RandomState},
};

use events::{
    EventId,
    elasticsearch::{Elasticsearch, Options},
};
use events_test_servers::ask;
use serde::Deserialize;
use serde_json::{Value, json, value::RawValue};

use crate::fleet::Documents;

/// Index names that begin with a prefix of their own. A test of another process uses the same.
#[derive(Clone, Debug)]
pub(crate) struct Index {
    /// Of the server.
    pub(crate) url: String,
    pub(crate) prefix: String,
}

impl Index {
    /// Names that nobody else uses.
    pub(crate) fn fresh(url: &str) -> Self {
        Self { url: url.to_owned(), prefix: format!("test-{:016x}", RandomState::new().hash_one(0)) }
    }

    /// Settings of a connection to it.
    pub(crate) fn options(&self) -> Options {
        Options::new().prefix(&self.prefix)
    }

    pub(crate) fn connect(&self) -> Elasticsearch {
        self.options().connect(&self.url).unwrap()
    }

    /// What the server answers, which has to be a success.
    pub(crate) fn ask(&self, method: &str, path: &str, body: &Value) -> Vec<u8> {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let (status, answer) = ask(&self.url, method, path, &body).unwrap();
        assert!((200..300).contains(&status), "{method} {path}: {status}, {}", String::from_utf8_lossy(&answer));
        answer
    }

    /// Everything in the indices of the months, as it was recorded. Each event stands there once.
    pub(crate) fn documents(&self) -> Documents {
        /// So many are read at once.
        const PAGE: usize = 2_000;
        let months = format!("/{}-*.*", self.prefix);
        self.ask("POST", &format!("{months}/_refresh"), &Value::Null);
        let mut documents = Documents::new();
        let mut after = Value::Null;
        loop {
            let mut body = json!({ "size": PAGE, "sort": [{ "id": "asc" }, { "_index": "asc" }] });
            if !after.is_null() {
                body["search_after"] = after;
            }
            let answer = self.ask("POST", &format!("{months}/_search"), &body);
            let found: Found<'_> = serde_json::from_slice(&answer).unwrap();
            for hit in &found.hits.hits {
                let document = recorded(hit.source.get());
                let id = serde_json::from_slice::<Id>(&document).unwrap().id;
                assert_eq!(format!("event/{}", hit.id), id.to_string(), "it stands under its own id");
                assert!(documents.insert(id, document.into()).is_none(), "{id} stands there twice");
            }
            let Some(last) = found.hits.hits.last().filter(|_| found.hits.hits.len() == PAGE) else {
                return documents;
            };
            after = last.sort.clone();
        }
    }

    /// The months that have an index, as its name says them.
    pub(crate) fn months(&self) -> Vec<String> {
        let found = self.ask("GET", &format!("/{}-*.*/_settings", self.prefix), &Value::Null);
        let found: BTreeMap<String, Value> = serde_json::from_slice(&found).unwrap();
        found.into_keys().map(|index| index[self.prefix.len() + 1..].to_owned()).collect()
    }

    /// Removes all of it.
    pub(crate) fn remove(&self) {
        // Where the server is gone there is nothing to remove.
        let Ok((200, found)) = ask(&self.url, "GET", &format!("/{}-*/_settings", self.prefix), "") else { return };
        let found: BTreeMap<String, Value> = serde_json::from_slice(&found).unwrap_or_default();
        let indices = found.into_keys().map(|index| format!("/{index}"));
        for path in indices.chain([format!("/_index_template/{}", self.prefix)]) {
            let _ = ask(&self.url, "DELETE", &path, "");
        }
    }
}

#[derive(Deserialize)]
struct Found<'a> {
    #[serde(borrow)]
    hits: Hits<'a>,
}

#[derive(Deserialize)]
struct Hits<'a> {
    #[serde(borrow)]
    hits: Vec<Hit<'a>>,
}

#[derive(Deserialize)]
struct Hit<'a> {
    #[serde(rename = "_id")]
    id: String,
    #[serde(borrow, rename = "_source")]
    source: &'a RawValue,
    sort: Value,
}

#[derive(Deserialize)]
struct Id {
    id: EventId,
}

/// A document without what is sent beside it: the object `keys`, which stands last.
fn recorded(source: &str) -> Vec<u8> {
    let end = source.rfind(",\"keys\":{").expect("every document has keys behind it");
    [&source.as_bytes()[..end], b"}"].concat()
}

/// Both hold the same events, the same bytes.
#[track_caller]
pub(crate) fn assert_same(what: &str, journal: &Documents, there: &Documents) {
    assert_holds(what, journal, there);
    if let Some((id, document)) = there.iter().find(|(id, _)| !journal.contains_key(id)) {
        panic!("{what}: {id} is there, and not in the journal: {}", shown(document));
    }
}

/// All events of the journal are there, the same bytes.
#[track_caller]
pub(crate) fn assert_holds(what: &str, journal: &Documents, there: &Documents) {
    for (id, document) in journal {
        let there = there.get(id).unwrap_or_else(|| panic!("{what}: {id} is missing: {}", shown(document)));
        assert!(document == there, "{what}: {id} is\n{}\nand there\n{}", shown(document), shown(there));
    }
}

fn shown(document: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(document)
}
