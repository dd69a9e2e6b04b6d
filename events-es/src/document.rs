//! An event as it stands on the server.
//!
//! The server keeps the text that it was sent. So the event's own bytes are sent as they are, but for their
//! last brace, and one object more follows: `keys`, what searches need beside the fields of the event
//! itself. Cutting it off again gives the bytes that were recorded.
//!
//! ```text
//! {"id":"event/0192…","event-type":"nuvlabox.reboot", … ,"keys":{"name":"nuvlabox.reboot.requested",
//!  "words":["nuvlabox","reboot"],"pairs":["5:force=true"],"data":["user/jane"],"details":{"force":[true]}}}
//! ```

use std::{collections::BTreeMap, sync::Arc};

use events_core::{Attribute, Keys, Number, Timestamp};
use memchr::memmem;
use serde::Serialize;

use crate::detail_types::{DetailTypes, DetailValue};

/// What stands between an event and its keys. It cannot stand inside of a string, where quotes are escaped,
/// nor inside of the keys themselves: its last occurrence is the seam.
const SEAM: &[u8] = b",\"keys\":{";

/// No term of the server is longer, in bytes. Caps keep those of events far shorter.
pub(crate) const LONGEST_TERM: usize = 32_766;

/// What searches need beside the fields of the event.
#[derive(Serialize)]
struct SearchKeys<'k> {
    name: &'k str,
    words: Vec<&'k str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pairs: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ordered: Vec<String>,
    /// Who sees the data.
    data: Vec<&'k str>,
    /// Who sees only the common attributes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    meta: Vec<&'k str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    details: BTreeMap<&'k str, Vec<DetailValue<'k>>>,
}

/// Why an event cannot be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("its document does not end with a brace, or has line breaks between its fields")]
pub(crate) struct NotOneLine;

/// Appends an event as the server gets it: one line, without its end.
pub(crate) fn write(
    out: &mut Vec<u8>,
    document: &[u8],
    keys: &Keys<'_>,
    types: &DetailTypes,
) -> Result<(), NotOneLine> {
    let open = document.strip_suffix(b"}").ok_or(NotOneLine)?;
    if memchr::memchr(b'\n', open).is_some() {
        return Err(NotOneLine);
    }
    out.extend_from_slice(open);
    // The seam has the first brace of the keys.
    out.extend_from_slice(&SEAM[..SEAM.len() - 1]);
    // Writing strings and finite numbers to a vector cannot fail.
    let _ = serde_json::to_writer(&mut *out, &search_keys(keys, types));
    out.push(b'}');
    Ok(())
}

fn search_keys<'k>(keys: &'k Keys<'_>, types: &DetailTypes) -> SearchKeys<'k> {
    let viewers = keys.acl.viewers();
    let mut search = SearchKeys {
        name: "",
        words: Vec::new(),
        pairs: Vec::new(),
        ordered: Vec::new(),
        data: viewers.data,
        meta: viewers.meta,
        details: BTreeMap::new(),
    };
    for key in &keys.keys {
        match &key.attribute {
            Attribute::Name => search.name = &key.value,
            Attribute::Word if key.value.len() <= LONGEST_TERM => search.words.push(&key.value),
            Attribute::Detail(path) => {
                let start = pair_start(path);
                search.ordered.extend(Number::of_text(&key.value).map(|number| number_term(&start, number)));
                search.ordered.extend(key.value.parse().ok().map(|at: Timestamp| instant_term(&start, at)));
                let pair = format!("{start}{}", key.value);
                if pair.len() <= LONGEST_TERM {
                    search.pairs.push(pair);
                }
                if let Some(value) = types.get(path).and_then(|of| of.value(&key.value)) {
                    search.details.entry(path).or_default().push(value);
                }
            }
            // The fields of the event serve all others.
            _ => {}
        }
    }
    search
}

/// What the terms of all values of a detail begin with, and those of no other.
pub(crate) fn pair_start(path: &str) -> String {
    format!("{}:{path}=", path.len())
}

/// What the terms of a detail's numbers begin with.
pub(crate) fn number_start(pair: &str) -> String {
    format!("n{pair}")
}

/// A detail that reads as a number, as a term: terms are in the order of the numbers.
pub(crate) fn number_term(pair: &str, number: Number) -> String {
    format!("n{pair}{:016x}", number.ordered_bits())
}

/// What the terms of a detail's points in time begin with.
pub(crate) fn instant_start(pair: &str) -> String {
    format!("t{pair}")
}

/// A detail that reads as a point in time, as a term: terms are in the order of time.
pub(crate) fn instant_term(pair: &str, at: Timestamp) -> String {
    // No timestamp is before the first.
    format!("t{pair}{:012x}", at.millis() - Timestamp::MIN.millis())
}

/// The event in what the server keeps, as it was recorded. None where it is not one of ours.
pub(crate) fn recorded(source: &[u8]) -> Option<Arc<[u8]>> {
    let seam = memmem::rfind(source, SEAM)?;
    let mut document = Vec::with_capacity(seam + 1);
    document.extend_from_slice(&source[..seam]);
    document.push(b'}');
    Some(document.into())
}

#[cfg(test)]
mod tests {
    use events_core::conformance::Generator;
    use serde_json::Value;

    use super::*;
    use crate::detail_types::DetailType;

    fn sent(document: &[u8], types: &DetailTypes) -> Vec<u8> {
        let mut out = Vec::new();
        write(&mut out, document, &Keys::of(document).unwrap(), types).unwrap();
        out
    }

    const TRICKY: &str = concat!(
        r#"{"id":"event/0192f3a4-5b6c-7d8e-9f01-23456789abce","event-type":"job.add","phase":"occurred","category":"crud","#,
        r#""severity":"low","timestamp":"2026-11-24T10:00:00.000Z","resource":{"type":"job"},"authn-info":{},"#,
        r#""message":"a,\"keys\":{b","details":{"size":12,"force":["true","x"],"a=b":"c","keys":{"keys":1}},"#,
        r#""payload":{"a":1.50,"keys":{"name":"x"}},"acl":{"owners":["user/jane"],"view-meta":["group/all"]}}"#
    );

    #[test]
    fn the_recorded_bytes_come_back() {
        let generated = Generator::new(1).events(200);
        let documents = generated.iter().map(|entry| &*entry.document).chain([TRICKY.as_bytes()]);
        for document in documents {
            let sent = sent(document, &DetailTypes::default());
            serde_json::from_slice::<Value>(&sent).unwrap();
            assert_eq!(recorded(&sent).as_deref(), Some(document));
        }
        assert_eq!(recorded(br#"{"id":"somebody else's"}"#), None);
    }

    #[test]
    fn keys_hold_what_the_fields_of_an_event_do_not() {
        let mut types = DetailTypes::default();
        types.add_foreign("size", DetailType::Long);
        types.add_foreign("force", DetailType::Boolean);
        let sent: Value = serde_json::from_slice(&sent(TRICKY.as_bytes(), &types)).unwrap();
        let expected = serde_json::json!({
            "name": "job.add",
            "words": ["a", "add", "b", "job", "keys"],
            "pairs": ["3:a=b=c", "5:force=true", "5:force=x", "9:keys.keys=1", "4:size=12"],
            "ordered": ["n9:keys.keys=bff0000000000000", "n4:size=c028000000000000"],
            "data": ["user/jane"],
            "meta": ["group/all"],
            "details": { "force": [true], "size": [12] },
        });
        assert_eq!(sent["keys"], expected);
    }

    #[test]
    fn what_is_not_one_line_is_not_sent() {
        let document = TRICKY.as_bytes();
        let keys = Keys::of(document).unwrap();
        for wrong in [[document, b" "].concat(), [b"{\n", &document[1..]].concat()] {
            assert_eq!(write(&mut Vec::new(), &wrong, &keys, &DetailTypes::default()), Err(NotOneLine));
        }
    }
}
