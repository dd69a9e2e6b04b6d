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

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    fmt::Write as _,
};

use events_core::{Attribute, Bytes, InvalidEvent, KeySource, Number, Timestamp};
use memchr::memmem;
use serde::Serialize;

use crate::detail_types::{DetailTypes, DetailValue};

/// What stands between an event and its keys. It cannot stand inside of a string, where quotes are escaped,
/// nor inside of the keys themselves: its last occurrence is the seam.
const SEAM: &[u8] = b",\"keys\":{";

/// No term of the server is longer, in bytes. Caps keep those of events far shorter.
pub(crate) const LONGEST_TERM: usize = 32_766;

/// Why an event cannot be sent.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotSent {
    /// It could not stand in one line, with its keys at the end.
    #[error("its document does not end with a brace, or has line breaks between its fields")]
    NotOneLine,
    /// It has no keys.
    #[error(transparent)]
    Invalid(#[from] InvalidEvent),
}

/// Writes the events of one batch. Most have their callers and ACLs in common: each is looked at once.
///
/// What it writes are keys of [`Keys::of`](events_core::Keys::of), each from the part of the document that has it:
/// of most keys nothing is sent.
#[derive(Debug)]
pub(crate) struct Writer<'t, 'd> {
    types: &'t DetailTypes,
    /// As they are written.
    callers: HashSet<&'d str>,
    /// Who sees an event, as its keys say it, by its ACL as that is written.
    viewers: HashMap<&'d str, Vec<u8>>,
    /// Of the event that is written.
    words: Vec<Cow<'d, str>>,
    details: Vec<(String, Cow<'d, str>)>,
    ordered: Vec<String>,
    /// Of the detail that is written.
    pair: String,
}

impl<'t, 'd> Writer<'t, 'd> {
    pub(crate) fn new(types: &'t DetailTypes) -> Self {
        Self {
            types,
            callers: HashSet::new(),
            viewers: HashMap::new(),
            words: Vec::new(),
            details: Vec::new(),
            ordered: Vec::new(),
            pair: String::new(),
        }
    }

    /// Appends an event as the server gets it: one line, without its end.
    pub(crate) fn write(
        &mut self,
        out: &mut Vec<u8>,
        document: &'d [u8],
        source: &KeySource<'d>,
    ) -> Result<(), NotSent> {
        let open = document.strip_suffix(b"}").ok_or(NotSent::NotOneLine)?;
        if memchr::memchr(b'\n', open).is_some() {
            return Err(NotSent::NotOneLine);
        }
        if !self.callers.contains(source.caller()) {
            source.caller_keys(|_| {})?;
            self.callers.insert(source.caller());
        }
        out.extend_from_slice(open);
        out.extend_from_slice(SEAM);
        self.put_texts(out, source);
        self.put_details(out, source)?;
        self.put_viewers(out, source)?;
        out.extend_from_slice(b"}}");
        Ok(())
    }

    /// The name, and the words.
    fn put_texts(&mut self, out: &mut Vec<u8>, source: &KeySource<'d>) {
        let Self { words, .. } = self;
        words.clear();
        let mut name = Cow::Borrowed("");
        source.kind_keys(|key| match key.attribute {
            Attribute::Name => name = key.value,
            Attribute::Word => words.push(key.value),
            _ => {}
        });
        source.own_keys(|key| words.extend((key.attribute == Attribute::Word).then_some(key.value)));
        words.retain(|word| word.len() <= LONGEST_TERM);
        words.sort_unstable();
        words.dedup();
        out.extend_from_slice(b"\"name\":");
        put(out, &name);
        put_list(out, ",\"words\":[", words.iter().map(|word| &**word));
    }

    /// What is found of the details.
    fn put_details(&mut self, out: &mut Vec<u8>, source: &KeySource<'d>) -> Result<(), InvalidEvent> {
        let Self { types, details, ordered, pair, .. } = self;
        details.clear();
        ordered.clear();
        source.details_keys(|key| {
            if let Attribute::Detail(path) = key.attribute {
                details.push((path, key.value));
            }
        })?;
        details.sort_unstable();
        details.dedup();
        let mut before: &[u8] = b",\"pairs\":[";
        for (path, value) in details.iter() {
            pair.clear();
            put_pair_start(pair, path);
            ordered.extend(Number::of_text(value).map(|number| number_term(pair, number)));
            ordered.extend(value.parse().ok().map(|at: Timestamp| instant_term(pair, at)));
            pair.push_str(value);
            if pair.len() <= LONGEST_TERM {
                out.extend_from_slice(before);
                put(out, pair);
                before = b",";
            }
        }
        if before == b"," {
            out.push(b']');
        }
        if !ordered.is_empty() {
            put_list(out, ",\"ordered\":[", ordered);
        }
        before = b",\"details\":{";
        for same in details.chunk_by(|(one, _), (other, _)| one == other) {
            let [(path, _), ..] = same else { continue };
            let Some(of) = types.get(path) else { continue };
            let values: Vec<DetailValue<'_>> = same.iter().filter_map(|(_, value)| of.value(value)).collect();
            if !values.is_empty() {
                out.extend_from_slice(before);
                put(out, path);
                out.push(b':');
                put(out, &values);
                before = b",";
            }
        }
        if before == b"," {
            out.push(b'}');
        }
        Ok(())
    }

    /// Who sees it.
    fn put_viewers(&mut self, out: &mut Vec<u8>, source: &KeySource<'d>) -> Result<(), InvalidEvent> {
        let acl = source.written_acl();
        if let Some(written) = self.viewers.get(acl) {
            out.extend_from_slice(written);
            return Ok(());
        }
        let start = out.len();
        let read = source.acl()?;
        let viewers = read.viewers();
        put_list(out, ",\"data\":[", viewers.data);
        // Who sees only the common attributes.
        if !viewers.meta.is_empty() {
            put_list(out, ",\"meta\":[", viewers.meta);
        }
        self.viewers.insert(acl, out[start..].to_vec());
        Ok(())
    }
}

/// Appends something as JSON.
fn put(out: &mut Vec<u8>, value: &(impl Serialize + ?Sized)) {
    // Writing strings and finite numbers to a vector cannot fail.
    let _ = serde_json::to_writer(out, value);
}

/// Appends a list of texts behind what opens it.
fn put_list(out: &mut Vec<u8>, before: &str, texts: impl IntoIterator<Item: AsRef<str>>) {
    out.extend_from_slice(before.as_bytes());
    for (at, text) in texts.into_iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        put(out, text.as_ref());
    }
    out.push(b']');
}

/// What the terms of all values of a detail begin with, and those of no other.
pub(crate) fn pair_start(path: &str) -> String {
    let mut start = String::with_capacity(path.len() + 5);
    put_pair_start(&mut start, path);
    start
}

fn put_pair_start(out: &mut String, path: &str) {
    // Writing to a string cannot fail.
    let _ = write!(out, "{}:", path.len());
    out.push_str(path);
    out.push('=');
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
pub(crate) fn recorded(source: &[u8]) -> Option<Bytes> {
    let seam = memmem::rfind(source, SEAM)?;
    let mut document = Vec::with_capacity(seam + 1);
    document.extend_from_slice(&source[..seam]);
    document.push(b'}');
    Some(document.into())
}

#[cfg(test)]
mod tests {
    use events_core::{Keys, conformance::Generator};
    use serde_json::Value;

    use super::*;
    use crate::detail_types::DetailType;

    fn sent(document: &[u8], types: &DetailTypes) -> Vec<u8> {
        let mut out = Vec::new();
        Writer::new(types).write(&mut out, document, &KeySource::read(document).unwrap()).unwrap();
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
    fn a_batch_is_written_with_the_keys_that_each_event_has() {
        let generated = Generator::new(3).events(300);
        let (types, mut sent) = (DetailTypes::default(), Vec::new());
        let mut writer = Writer::new(&types);
        let documents = generated.iter().map(|entry| &*entry.document).chain([TRICKY.as_bytes()]);
        for document in documents {
            sent.clear();
            writer.write(&mut sent, document, &KeySource::read(document).unwrap()).unwrap();
            let sent: Value = serde_json::from_slice(&sent).unwrap();
            let texts =
                |of: &str| -> Vec<String> { serde_json::from_value(sent["keys"][of].clone()).unwrap_or_default() };
            let keys = Keys::of(document).unwrap();
            let pairs = keys.keys.iter().filter_map(|key| match &key.attribute {
                Attribute::Detail(path) => Some(format!("{}:{path}={}", path.len(), key.value)),
                _ => None,
            });
            assert_eq!(texts("pairs"), pairs.collect::<Vec<_>>());
            assert_eq!(texts("words"), keys.values(&Attribute::Word).collect::<Vec<_>>());
            assert!(keys.has(&Attribute::Name, sent["keys"]["name"].as_str().unwrap()));
            let viewers = keys.acl.viewers();
            assert_eq!((texts("data"), texts("meta")), (owned(&viewers.data), owned(&viewers.meta)));
        }
    }

    fn owned(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn what_is_no_event_is_not_sent() {
        for (right, wrong) in
            [(r#""acl":{"#, r#""acl":{"x":1,"#), (r#""authn-info":{}"#, r#""authn-info":{"claims":1}"#)]
        {
            let document = TRICKY.replace(right, wrong);
            assert!(Keys::of(document.as_bytes()).is_err(), "{document}");
            let source = KeySource::read(document.as_bytes()).unwrap();
            let written = Writer::new(&DetailTypes::default()).write(&mut Vec::new(), document.as_bytes(), &source);
            assert!(matches!(written, Err(NotSent::Invalid(_))), "{written:?}");
        }
    }

    #[test]
    fn what_is_not_one_line_is_not_sent() {
        let document = TRICKY.as_bytes();
        for wrong in [[document, b" "].concat(), [b"{\n", &document[1..]].concat()] {
            let source = KeySource::read(&wrong).unwrap();
            let written = Writer::new(&DetailTypes::default()).write(&mut Vec::new(), &wrong, &source);
            assert!(matches!(written, Err(NotSent::NotOneLine)), "{written:?}");
        }
    }
}
