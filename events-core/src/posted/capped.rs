//! What a posted document says freely, under the caps of everything that is recorded.

use serde_json::{Map, Value};

use crate::{
    json,
    opening::MAX_LIST,
    payload_room::MAX_PART,
    record::{self, MAX_DETAIL_STRING, plain},
};

/// Cuts what is too large, and remembers that it did.
#[derive(Debug)]
pub(super) struct Caps {
    payload: usize,
    pub(super) cut: bool,
}

impl Caps {
    pub(super) fn new(payload: usize) -> Self {
        Self { payload, cut: false }
    }

    /// A payload, or the snapshot of a resource: whole, or its head.
    pub(super) fn payload(&mut self, value: &Value) -> Value {
        let mut written = Vec::new();
        self.cut |= record::whole_or_head(&mut written, &plain(value), self.payload);
        read_back(&written)
    }

    /// Details: long strings are cut, what goes beyond the room for all of them is left out.
    pub(super) fn details(&mut self, details: Map<String, Value>) -> Map<String, Value> {
        let mut kept = Map::new();
        let mut bytes = 0;
        for (name, value) in details {
            let mut written = Vec::new();
            json::string(&mut written, &name);
            let name_len = written.len();
            let cut = record::detail(&mut written, &plain(&value));
            if bytes + written.len() + 2 > MAX_PART {
                self.cut = true;
                continue;
            }
            bytes += written.len() + 2;
            self.cut |= cut;
            kept.insert(name, read_back(&written[name_len..]));
        }
        kept
    }

    /// A sentence.
    pub(super) fn sentence(&mut self, text: String) -> String {
        self.string(text, MAX_DETAIL_STRING)
    }

    /// Strings of at most `longest` bytes; no more than an event may have.
    pub(super) fn list(&mut self, items: Vec<String>, longest: usize) -> Vec<String> {
        self.cut |= items.len() > MAX_LIST;
        let mut bytes = 0;
        let mut kept = Vec::new();
        for item in items.into_iter().take(MAX_LIST) {
            let item = self.string(item, longest);
            bytes += item.len() + 3;
            if bytes > MAX_PART {
                self.cut = true;
                break;
            }
            if !kept.contains(&item) {
                kept.push(item);
            }
        }
        kept
    }

    fn string(&mut self, mut text: String, longest: usize) -> String {
        let kept = json::prefix(&text, longest).len();
        self.cut |= kept < text.len();
        text.truncate(kept);
        text
    }
}

/// What was written as JSON reads as JSON.
fn read_back(written: &[u8]) -> Value {
    serde_json::from_slice(written).unwrap_or_default()
}
