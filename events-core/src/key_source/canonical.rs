//! Reading a document in the form in which it is written here: fields in their order, no blanks, nothing
//! escaped where it matters. Nearly every document is like that, and read so it takes a third of the time.
//!
//! What looks different in any way is left to `serde_json`, so nothing depends on what this accepts, but this:
//! what it reads, `serde_json` reads the same. It therefore checks whatever `serde_json` would refuse.

use serde::{
    Deserialize,
    de::{IntoDeserializer, value},
};

use super::{AboutResource, Failure, Parts, Text};

/// Reads a document; none where it has another form.
pub(super) fn read(document: &[u8]) -> Option<Parts<'_>> {
    let text = str::from_utf8(document).ok()?;
    // No valid JSON has a control character inside a string, and this form has none outside.
    if document.iter().fold(false, |found, byte| found | (*byte < 0x20)) {
        return None;
    }
    let mut scanner = Scanner { text, at: 0 };
    let parts = scanner.document()?;
    (scanner.at == text.len()).then_some(parts)
}

struct Scanner<'d> {
    /// Without control characters.
    text: &'d str,
    /// How far it is read: between two characters, of which one is ASCII.
    at: usize,
}

impl<'d> Scanner<'d> {
    fn document(&mut self) -> Option<Parts<'d>> {
        self.expect("{\"id\":")?;
        let id = self.string()?.parse().ok()?;
        self.skip_field(",\"resource-type\":")?;
        self.expect(",\"event-type\":")?;
        let event_type = self.string()?.into();
        self.expect(",\"phase\":")?;
        let phase = word(self.string()?)?;
        self.expect(",\"category\":")?;
        let category = self.string()?.into();
        self.skip_field(",\"subcategory\":")?;
        self.expect(",\"severity\":")?;
        let severity = word(self.string()?)?;
        self.expect(",\"timestamp\":")?;
        let timestamp = self.string()?.parse().ok()?;
        let created = match self.text_field(",\"created\":")? {
            Some(Text(created)) => Some(created.parse().ok()?),
            None => None,
        };
        self.expect(",\"resource\":")?;
        let resource = self.resource()?;
        let linked_identifiers = self.list_field(",\"linked-identifiers\":")?;
        let tags = self.list_field(",\"tags\":")?;
        self.expect(",\"authn-info\":")?;
        let authn_info = self.skip()?;
        let parent = self.text_field(",\"parent\":")?;
        let root = self.text_field(",\"root\":")?;
        self.skip_field(",\"process\":")?;
        self.skip_field(",\"deadline\":")?;
        let success = match self.eat(",\"success\":") {
            true if self.eat("true") => Some(true),
            true => self.expect("false").map(|()| Some(false))?,
            false => None,
        };
        let failure = if self.eat(",\"failure\":") { Some(self.failure()?) } else { None };
        self.skip_field(",\"duration-ms\":")?;
        let message = self.text_field(",\"message\":")?;
        let details = match self.eat(",\"details\":") {
            // Anything else is read differently, or refused later.
            true => Some(self.skip().filter(|details| details.starts_with('{'))?),
            false => None,
        };
        self.skip_field(",\"payload\":")?;
        self.expect(",\"acl\":")?;
        let acl = self.skip()?;
        for name in [",\"acl-fallback\":", ",\"traceparent\":", ",\"version\":", ",\"legacy-id\":"] {
            self.skip_field(name)?;
        }
        let name = self.text_field(",\"name\":")?;
        self.expect("}")?;
        Some(Parts {
            id,
            event_type,
            phase,
            category,
            severity,
            timestamp,
            created,
            resource,
            linked_identifiers,
            tags,
            authn_info,
            parent,
            root,
            success,
            failure,
            message,
            details,
            acl,
            name,
        })
    }

    fn resource(&mut self) -> Option<AboutResource<'d>> {
        self.expect("{")?;
        let href = if self.eat("\"href\":") {
            let href = self.string()?;
            self.expect(",")?;
            Some(Text(href.into()))
        } else {
            None
        };
        self.expect("\"type\":")?;
        let resource_type = self.string()?.into();
        self.skip_field(",\"content\":")?;
        self.expect("}")?;
        Some(AboutResource { href, resource_type })
    }

    fn failure(&mut self) -> Option<Failure> {
        self.expect("{\"reason\":")?;
        let reason = word(self.string()?)?;
        self.skip_field(",\"status\":")?;
        self.skip_field(",\"message\":")?;
        self.expect("}")?;
        Some(Failure { reason })
    }

    /// A field that may be missing, whatever its value.
    fn skip_field(&mut self, name: &str) -> Option<()> {
        if self.eat(name) { self.skip().map(drop) } else { Some(()) }
    }

    fn text_field(&mut self, name: &str) -> Option<Option<Text<'d>>> {
        if self.eat(name) { self.string().map(|text| Some(Text(text.into()))) } else { Some(None) }
    }

    fn list_field(&mut self, name: &str) -> Option<Vec<Text<'d>>> {
        let mut list = Vec::new();
        if self.eat(name) {
            self.expect("[")?;
            loop {
                list.push(Text(self.string()?.into()));
                if self.eat("]") {
                    break;
                }
                self.expect(",")?;
            }
        }
        Some(list)
    }

    fn rest(&self) -> &'d [u8] {
        &self.text.as_bytes()[self.at..]
    }

    fn next(&mut self) -> Option<u8> {
        let next = *self.rest().first()?;
        self.at += 1;
        Some(next)
    }

    fn eat(&mut self, literal: &str) -> bool {
        let there = self.rest().starts_with(literal.as_bytes());
        if there {
            self.at += literal.len();
        }
        there
    }

    fn expect(&mut self, literal: &str) -> Option<()> {
        self.eat(literal).then_some(())
    }

    /// A string that has nothing escaped.
    fn string(&mut self) -> Option<&'d str> {
        self.expect("\"")?;
        let start = self.at;
        let length = quote_or_backslash(self.rest())?;
        self.at += length;
        self.expect("\"")?;
        self.text.get(start..start + length)
    }

    /// The rest of a string, behind its first quote, that nobody needs.
    fn skip_string(&mut self) -> Option<()> {
        loop {
            self.at += quote_or_backslash(self.rest())?;
            if self.next()? == b'"' {
                return Some(());
            }
            match self.next()? {
                b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => {}
                b'u' => {
                    let digits = self.rest().first_chunk::<4>()?;
                    if !digits.iter().all(u8::is_ascii_hexdigit) {
                        return None;
                    }
                    self.at += 4;
                }
                _ => return None,
            }
        }
    }

    /// A value of any kind, as it is written.
    fn skip(&mut self) -> Option<&'d str> {
        let start = self.at;
        let mut open = Open::default();
        loop {
            match self.next()? {
                b'"' => self.skip_string()?,
                b'{' if self.eat("}") => {}
                b'{' => {
                    open.push(true)?;
                    self.skip_name()?;
                    continue;
                }
                b'[' if self.eat("]") => {}
                b'[' => {
                    open.push(false)?;
                    continue;
                }
                b't' => self.expect("rue")?,
                b'f' => self.expect("alse")?,
                b'n' => self.expect("ull")?,
                first @ (b'-' | b'0'..=b'9') => self.skip_number(first)?,
                _ => return None,
            }
            // A value has ended, and may be the last of what it stands in.
            loop {
                let Some(in_object) = open.innermost() else { return self.text.get(start..self.at) };
                match self.next()? {
                    b',' if in_object => break self.skip_name()?,
                    b',' => break,
                    b'}' if in_object => open.pop(),
                    b']' if !in_object => open.pop(),
                    _ => return None,
                }
            }
        }
    }

    fn skip_name(&mut self) -> Option<()> {
        self.expect("\"")?;
        self.skip_string()?;
        self.expect(":")
    }

    /// The rest of a number, behind its first character.
    fn skip_number(&mut self, first: u8) -> Option<()> {
        let digit = if first == b'-' { self.next()? } else { first };
        match digit {
            b'0' => {}
            b'1'..=b'9' => self.skip_digits(),
            _ => return None,
        }
        if self.eat(".") {
            self.next().filter(u8::is_ascii_digit)?;
            self.skip_digits();
        }
        if self.eat("e") || self.eat("E") {
            let _sign = self.eat("+") || self.eat("-");
            self.next().filter(u8::is_ascii_digit)?;
            self.skip_digits();
        }
        Some(())
    }

    fn skip_digits(&mut self) {
        self.at += self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
    }
}

/// The objects and arrays that a value stands in: a bit for each, of which the lowest is the innermost and the
/// highest one marks the end.
struct Open(u64);

impl Default for Open {
    fn default() -> Self {
        Self(1)
    }
}

impl Open {
    fn push(&mut self, object: bool) -> Option<()> {
        if self.0.leading_zeros() == 0 {
            return None;
        }
        self.0 = self.0 << 1 | u64::from(object);
        Some(())
    }

    /// Whether the innermost is an object.
    fn innermost(&self) -> Option<bool> {
        (self.0 > 1).then_some(self.0 & 1 == 1)
    }

    fn pop(&mut self) {
        self.0 >>= 1;
    }
}

/// One of the words of an enumeration.
fn word<'d, T: Deserialize<'d>>(text: &'d str) -> Option<T> {
    let deserializer: value::BorrowedStrDeserializer<'d, value::Error> = value::BorrowedStrDeserializer::new(text);
    T::deserialize(deserializer.into_deserializer()).ok()
}

/// Where the first quote or backslash is, eight bytes at a time.
///
/// Source: "Determine if a word has a byte equal to n", Sean Eron Anderson, Bit Twiddling Hacks. A byte above
/// a found one may be found wrongly, but the lowest is right.
fn quote_or_backslash(bytes: &[u8]) -> Option<usize> {
    const ONES: u64 = u64::MAX / 255;
    const HIGHS: u64 = ONES << 7;
    const QUOTES: u64 = ONES * b'"' as u64;
    const BACKSLASHES: u64 = ONES * b'\\' as u64;
    let zeros = |word: u64| word.wrapping_sub(ONES) & !word & HIGHS;
    let (words, rest) = bytes.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let found = zeros(word ^ QUOTES) | zeros(word ^ BACKSLASHES);
        if found != 0 {
            return Some(index * 8 + found.trailing_zeros() as usize / 8);
        }
    }
    let in_rest = rest.iter().position(|byte| matches!(byte, b'"' | b'\\'))?;
    Some(bytes.len() - rest.len() + in_rest)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::conformance::Generator;

    /// A change of a document that somebody may have made.
    #[derive(Clone, Debug)]
    enum Change {
        Put(usize, Vec<u8>),
        Overwrite(usize, u8),
        Remove(usize, usize),
        Repeat(usize, usize, usize),
        Truncate(usize),
    }

    impl Change {
        fn apply(&self, document: &mut Vec<u8>) {
            let place = |at: usize| at % (document.len() + 1);
            match self {
                Self::Put(at, bytes) => drop(document.splice(place(*at)..place(*at), bytes.iter().copied())),
                Self::Overwrite(at, byte) => {
                    let at = place(*at).min(document.len().saturating_sub(1));
                    document[at] = *byte;
                }
                Self::Remove(at, length) => {
                    let at = place(*at);
                    document.drain(at..(at + length).min(document.len()));
                }
                Self::Repeat(from, length, to) => {
                    let (from, to) = (place(*from), place(*to));
                    let copy = document[from..(from + length).min(document.len())].to_vec();
                    document.splice(to..to, copy);
                }
                Self::Truncate(at) => document.truncate(place(*at)),
            }
        }
    }

    fn changes() -> impl Strategy<Value = Vec<Change>> {
        let texts = [
            "\"",
            "\\",
            "\\u00e9",
            "\\u12",
            "\\x",
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            " ",
            "\n",
            "\u{7f}",
            "é",
            "null",
            "true",
            "01",
            "-",
            "-0.5e+3",
            "1.",
            "1e",
            "\"a\":1,",
            "[[[[]]]]",
            "{\"reason\":\"error\"}",
            ",\"parent\":null",
            ",\"details\":[1]",
            ",\"success\":true",
            ",\"acl\":{}",
            ",\"version\":1",
            "requested",
            "critical",
        ];
        let text = prop_oneof![
            proptest::sample::select(texts.to_vec()).prop_map(|text| text.as_bytes().to_vec()),
            proptest::collection::vec(any::<u8>(), 1..4),
            Just("[".repeat(70).into_bytes()),
        ];
        let change = prop_oneof![
            (any::<usize>(), text).prop_map(|(at, text)| Change::Put(at, text)),
            (any::<usize>(), any::<u8>()).prop_map(|(at, byte)| Change::Overwrite(at, byte)),
            (any::<usize>(), 1usize..30).prop_map(|(at, length)| Change::Remove(at, length)),
            (any::<usize>(), 1usize..60, any::<usize>())
                .prop_map(|(from, length, to)| Change::Repeat(from, length, to)),
            any::<usize>().prop_map(Change::Truncate),
        ];
        proptest::collection::vec(change, 0..3)
    }

    fn by_serde(document: &[u8]) -> Option<Parts<'_>> {
        serde_json::from_slice(document).ok()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_048))]

        #[test]
        fn what_is_read_quickly_is_read_the_same_by_serde(seed in 0u64..64, at in 0usize..12, changes in changes()) {
            let mut document = Generator::new(seed).resources(20).users(5).events(at + 1)[at].document.to_vec();
            changes.iter().for_each(|change| change.apply(&mut document));
            if let Some(parts) = read(&document) {
                prop_assert_eq!(Some(parts), by_serde(&document), "{}", String::from_utf8_lossy(&document));
            }
        }

        #[test]
        fn any_value_that_is_skipped_is_one(
            text in "[\\[\\]{},:\"\\\\ntrue0-9.eE+fals]{0,12}|\"\\\\(u[0-9a-g]{3,5}|[a-z\"/\\\\])\"|-?[0-9]{0,3}(\\.[0-9]*)?([eE][+-]?[0-9]*)?",
        ) {
            let mut scanner = Scanner { text: &text, at: 0 };
            if let Some(skipped) = scanner.skip() {
                let read: Result<&serde_json::value::RawValue, _> = serde_json::from_str(skipped);
                prop_assert_eq!(read.map(|read| read.get()).ok(), Some(skipped));
            }
        }

        #[test]
        fn the_first_quote_or_backslash_is_found(bytes in proptest::collection::vec(prop_oneof![any::<u8>(), Just(b'!'), Just(b'#'), Just(b'['), Just(b']'), Just(0xa2), Just(0xdc)], 0..40)) {
            prop_assert_eq!(quote_or_backslash(&bytes), bytes.iter().position(|byte| matches!(byte, b'"' | b'\\')));
        }
    }

    #[test]
    fn documents_as_they_are_written_are_read_quickly() {
        for entry in Generator::new(3).resources(50).users(9).events(1_000) {
            let document = String::from_utf8_lossy(&entry.document);
            let escaped = document.contains('\\');
            assert_eq!(read(&entry.document), by_serde(&entry.document).filter(|_| !escaped), "{document}");
        }
    }

    #[test]
    fn what_nobody_needs_may_be_anything_that_serde_takes() {
        let with = |payload: &str| {
            format!(
                r#"{{"id":"event/0192f3a4-5b6c-7d8e-9f01-23456789abce","event-type":"job.add","phase":"occurred","category":"crud","severity":"low","timestamp":"2026-11-24T10:00:00.000Z","resource":{{"type":"job"}},"authn-info":{{}},"payload":{payload},"acl":{{"owners":[]}}}}"#
            )
        };
        let taken =
            ["{}", "[]", "[{},[1,-0,1.5e-7],\"\\\"\\u00E9\\n\"]", "{\"a\":{\"b\":[null,true,false]},\"a\":\"é\"}"];
        for payload in taken {
            let document = with(payload);
            assert!(read(document.as_bytes()).is_some(), "{document}");
            assert_eq!(read(document.as_bytes()), by_serde(document.as_bytes()));
        }
        let refused =
            ["", "[1,]", "{\"a\"}", "{1:2}", "01", "-", "1.", "1e", "\"\\x\"", "\"\\u12\"", "nul", "}", "[}", "{]"];
        for payload in refused {
            let document = with(payload);
            assert!(by_serde(document.as_bytes()).is_none(), "{document}");
            assert!(read(document.as_bytes()).is_none(), "{document}");
        }
    }
}
