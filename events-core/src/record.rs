//! What may go into details and payload, and how it is written under caps.

mod built_in;

use crate::{
    json,
    payload_room::{FREE, MAX_PART},
};

/// A value that events may carry.
///
/// Nothing is recorded of a type that does not say so: derive it, field by field, or wrap a
/// [`serde::Serialize`] knowingly with [`plain`]. So a sensitive field cannot slip through.
///
/// ```
/// use events_core::{Record, Recorder};
///
/// struct Release { major: u32, channel: String }
///
/// impl Record for Release {
///     fn record(&self, recorder: &mut Recorder<'_>) {
///         recorder.object(|object| {
///             object.field("major", &self.major);
///             object.field("channel", &self.channel);
///         });
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be recorded in an event [EVT027]",
    label = "not a recordable value",
    note = "derive it: `#[derive(events::Record)]`, record a field of it, or wrap a value that has nothing to hide: `events::plain(&value)`"
)]
pub trait Record {
    /// Writes exactly one value.
    fn record(&self, recorder: &mut Recorder<'_>);

    /// Whether the field is left out altogether; `None` is.
    fn is_absent(&self) -> bool {
        false
    }
}

/// Writes one value as JSON, within the caps of what is being recorded.
#[derive(Debug)]
pub struct Recorder<'o> {
    out: &'o mut Vec<u8>,
    start: usize,
    caps: Caps,
    /// Bytes the value would have had.
    total: u64,
    cut: bool,
    /// How many arrays and objects are open, and the most there were.
    depth: usize,
    deepest: usize,
    /// Whether a value is due here: one more, or one too few, would not be JSON.
    due: bool,
}

/// What bounds one recorded value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caps {
    /// Longest string.
    pub(crate) string: usize,
    /// Longest value; what lies beyond is not written.
    pub(crate) total: usize,
}

/// Stands at the end of a string that was cut.
const CUT: &str = "…";

impl<'o> Recorder<'o> {
    fn new(out: &'o mut Vec<u8>, caps: Caps) -> Self {
        let start = out.len();
        Self { out, start, caps, total: 0, cut: false, depth: 0, deepest: 0, due: false }
    }

    fn too_deep(&self) -> bool {
        self.deepest > MAX_DEPTH
    }

    /// Records exactly one value, whatever its own code does: one too many is left out, none is `null`.
    fn value(&mut self, value: &dyn Record) {
        self.due = true;
        value.record(self);
        self.null();
    }

    /// Whether the value that is about to be written is due.
    fn takes(&mut self) -> bool {
        std::mem::take(&mut self.due)
    }

    fn open(&mut self, bracket: u8) {
        self.depth += 1;
        self.deepest = self.deepest.max(self.depth);
        self.put(|out| out.push(bracket));
    }

    fn close(&mut self, bracket: u8) {
        self.depth -= 1;
        self.put(|out| out.push(bracket));
    }

    fn put(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        let before = self.out.len();
        write(self.out);
        self.total += (self.out.len() - before) as u64;
        if self.out.len() - self.start > self.caps.total {
            self.cut = true;
            // The head stays, nothing grows any more.
            self.out.truncate(self.start + self.caps.total);
        }
    }

    /// `null`.
    pub fn null(&mut self) {
        if self.takes() {
            self.put(|out| out.extend_from_slice(b"null"));
        }
    }

    /// `true` or `false`.
    pub fn bool(&mut self, value: bool) {
        if self.takes() {
            self.put(|out| match value {
                true => out.extend_from_slice(b"true"),
                false => out.extend_from_slice(b"false"),
            });
        }
    }

    /// An unsigned integer.
    pub fn unsigned(&mut self, value: u64) {
        if self.takes() {
            self.put(|out| json::unsigned(out, value));
        }
    }

    /// A signed integer.
    pub fn signed(&mut self, value: i64) {
        if !self.takes() {
            return;
        }
        self.put(|out| {
            if value < 0 {
                out.push(b'-');
            }
            json::unsigned(out, value.unsigned_abs());
        });
    }

    /// A number; what JSON cannot say (not a number, infinite) becomes `null`.
    pub fn number(&mut self, value: f64) {
        if !value.is_finite() {
            self.null();
        } else if self.takes() {
            self.put(|out| {
                // Writing to a vector cannot fail.
                let _ = serde_json::to_writer(out, &value);
            });
        }
    }

    /// A string; one beyond the cap is cut between characters and ends with `…`.
    pub fn string(&mut self, text: &str) {
        if !self.takes() {
            return;
        }
        let kept = if text.len() > self.caps.string { json::prefix(text, self.caps.string - CUT.len()) } else { text };
        let is_cut = kept.len() < text.len();
        self.cut |= is_cut;
        // A long string is not written whole only to be thrown away.
        let room = (self.start + self.caps.total).saturating_sub(self.out.len());
        let written = json::prefix(kept, room + 1);
        self.put(|out| {
            // Growing by doubling would take twice the room of a large value.
            out.reserve(written.len() + 2);
            out.push(b'"');
            json::escaped(out, written);
            if is_cut {
                out.extend_from_slice(CUT.as_bytes());
            }
            out.push(b'"');
        });
        self.total += (kept.len() - written.len()) as u64;
    }

    /// An array of what `items` yields.
    pub fn array<'i>(&mut self, items: impl IntoIterator<Item = &'i dyn Record>) {
        if !self.takes() {
            return;
        }
        self.open(b'[');
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                self.put(|out| out.push(b','));
            }
            self.value(item);
        }
        self.close(b']');
    }

    /// An object, written field by field.
    pub fn object(&mut self, fields: impl FnOnce(&mut Object<'_, 'o>)) {
        if !self.takes() {
            return;
        }
        self.open(b'{');
        let mut object = Object { recorder: self, first: true };
        fields(&mut object);
        self.close(b'}');
    }
}

/// The fields of an object that is being recorded.
#[derive(Debug)]
pub struct Object<'r, 'o> {
    recorder: &'r mut Recorder<'o>,
    first: bool,
}

impl Object<'_, '_> {
    /// One field; an absent value is left out.
    pub fn field(&mut self, name: &str, value: &dyn Record) {
        if value.is_absent() {
            return;
        }
        let first = std::mem::replace(&mut self.first, false);
        self.recorder.put(|out| {
            if !first {
                out.push(b',');
            }
            json::string(out, name);
            out.push(b':');
        });
        self.recorder.value(value);
    }
}

/// Bytes of a value's head that are kept when it is too large as a whole.
pub(crate) const HEAD: usize = 1_024;

/// Appends `value`, or `{"truncated":true,"bytes":…,"head":"…"}` when it is larger than `limit` bytes.
/// Answers whether it was cut.
pub(crate) fn whole_or_head(out: &mut Vec<u8>, value: &dyn Record, limit: usize) -> bool {
    let start = out.len();
    let mut recorder = Recorder::new(out, Caps { string: usize::MAX - CUT.len(), total: limit });
    recorder.value(value);
    let (cut, total) = (recorder.cut || recorder.too_deep(), recorder.total);
    if !cut {
        return false;
    }
    let head = head(&out[start..], total);
    out.truncate(start);
    out.extend_from_slice(&head);
    true
}

const HEAD_START: &[u8] = b"{\"truncated\":true,\"bytes\":";

/// Whether this is what stands for JSON that was too large.
pub(crate) fn is_head(json: &[u8]) -> bool {
    json.starts_with(HEAD_START)
}

/// What stands for JSON that is too large: its first bytes, and how many there were.
pub(crate) fn head(value: &[u8], total: u64) -> Vec<u8> {
    let kept = String::from_utf8_lossy(&value[..value.len().min(HEAD)]);
    let mut out = HEAD_START.to_vec();
    json::unsigned(&mut out, total);
    out.extend_from_slice(b",\"head\":");
    json::string(&mut out, kept.trim_end_matches(char::REPLACEMENT_CHARACTER));
    out.push(b'}');
    out
}

/// Longest string in details, in bytes.
pub(crate) const MAX_DETAIL_STRING: usize = 8 * 1_024;

/// Most arrays and objects within each other; a deeper value is replaced by its head. Readers of JSON,
/// ours among them, refuse documents beyond 128, and a client may send one of just that depth.
const MAX_DEPTH: usize = 64;

/// Largest single detail, in bytes; a larger one is replaced by its head.
const MAX_DETAIL: usize = MAX_PART;

/// Appends a detail's value. Answers whether it was cut.
pub(crate) fn detail(out: &mut Vec<u8>, value: &dyn Record) -> bool {
    let start = out.len();
    let mut recorder = Recorder::new(out, Caps { string: MAX_DETAIL_STRING, total: MAX_DETAIL });
    recorder.value(value);
    let (cut, too_deep) = (recorder.cut, recorder.too_deep());
    if too_deep || cut && recorder.total > MAX_DETAIL as u64 {
        out.truncate(start);
        whole_or_head(out, value, HEAD);
    }
    cut || too_deep
}

/// The details of an event while they are recorded.
#[derive(Debug)]
pub struct Details<'o> {
    out: &'o mut Vec<u8>,
    start: usize,
    cut: bool,
    free: usize,
}

impl<'o> Details<'o> {
    pub(crate) fn new(out: &'o mut Vec<u8>) -> Self {
        let start = out.len();
        Self { out, start, cut: false, free: 0 }
    }

    /// How many bytes of them, whole details, take no room.
    pub(crate) fn free(&self) -> usize {
        self.free
    }

    pub(crate) fn was_cut(&self) -> bool {
        self.cut
    }

    /// One detail; an absent value is left out.
    pub fn field(&mut self, name: &str, value: &dyn Record) {
        if value.is_absent() {
            return;
        }
        let before = self.out.len();
        if before > self.start {
            self.out.push(b',');
        }
        json::string(self.out, name);
        self.out.push(b':');
        self.cut |= detail(self.out, value);
        match self.out.len() - self.start {
            len @ ..=FREE => self.free = len,
            ..=MAX_PART => {}
            _ => {
                self.out.truncate(before);
                self.cut = true;
            }
        }
    }
}

/// A value that has nothing to hide: recorded as its [`serde::Serialize`] writes it.
///
/// ```
/// let parameters = serde_json::json!({"replicas": 3});
/// let recorded = events_core::plain(&parameters);
/// # let _: &dyn events_core::Record = &recorded;
/// ```
pub fn plain<T: serde::Serialize + ?Sized>(value: &T) -> Plain<'_, T> {
    Plain(value)
}

/// See [`plain`].
#[derive(Debug)]
pub struct Plain<'v, T: ?Sized>(&'v T);

impl<T: serde::Serialize + ?Sized> Record for Plain<'_, T> {
    fn record(&self, recorder: &mut Recorder<'_>) {
        // A value whose own code fails midway must not leave half a value behind.
        match serde_json::to_value(self.0) {
            Ok(value) => json_value(recorder, &value),
            Err(error) => recorder.string(&format!("not serialisable: {error}")),
        }
    }
}

/// JSON that somebody wrapped knowingly.
struct Json<'v>(&'v serde_json::Value);

impl Record for Json<'_> {
    fn record(&self, recorder: &mut Recorder<'_>) {
        json_value(recorder, self.0);
    }
}

/// Writes JSON under the same caps as everything else.
fn json_value(recorder: &mut Recorder<'_>, value: &serde_json::Value) {
    use serde_json::Value;

    match value {
        Value::Null => recorder.null(),
        Value::Bool(value) => recorder.bool(*value),
        Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
            (Some(value), _, _) => recorder.unsigned(value),
            (_, Some(value), _) => recorder.signed(value),
            (_, _, value) => recorder.number(value.unwrap_or(f64::NAN)),
        },
        Value::String(text) => recorder.string(text),
        // Deeper than what is kept whole: what follows is cut anyway.
        Value::Array(_) | Value::Object(_) if recorder.depth > MAX_DEPTH => recorder.null(),
        Value::Array(items) => {
            let items: Vec<Json<'_>> = items.iter().map(Json).collect();
            recorder.array(items.iter().map(|item| item as &dyn Record));
        }
        Value::Object(fields) => {
            recorder.object(|object| fields.iter().for_each(|(name, value)| object.field(name, &Json(value))));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn recorded(value: &dyn Record, limit: usize) -> serde_json::Value {
        let mut out = Vec::new();
        whole_or_head(&mut out, value, limit);
        serde_json::from_slice(&out).unwrap()
    }

    #[test]
    fn values_are_recorded_as_json() {
        let value: BTreeMap<&str, Vec<Option<i32>>> = BTreeMap::from([("a", vec![Some(-1), None])]);
        assert_eq!(recorded(&value, 100), serde_json::json!({"a": [-1, null]}));
        assert_eq!(recorded(&f64::NAN, 100), serde_json::json!(null));
    }

    #[test]
    fn a_large_value_leaves_its_size_and_its_head() {
        for value in [vec!["é".repeat(700); 40], vec!["x".repeat(10_000_000)]] {
            let size = serde_json::to_vec(&value).unwrap().len();
            let recorded = recorded(&value, 64 * 1_024);
            if size <= 64 * 1_024 {
                assert_eq!(recorded, serde_json::json!(value));
                continue;
            }
            assert_eq!(recorded["truncated"], true);
            assert_eq!(recorded["bytes"], size);
            let head = recorded["head"].as_str().unwrap();
            assert!(head.len() > 1_000 && head.len() <= 1_024, "{}", head.len());
        }
    }

    #[test]
    fn a_value_that_readers_would_refuse_for_its_depth_leaves_its_head() {
        for (deep, kept) in [(MAX_DEPTH, true), (MAX_DEPTH + 1, false), (127, false)] {
            let value: serde_json::Value =
                serde_json::from_str(&format!("{}{}", "[".repeat(deep), "]".repeat(deep))).unwrap();
            let (mut payload, mut details) = (Vec::new(), Vec::new());
            assert_eq!(whole_or_head(&mut payload, &plain(&value), 1_024), !kept);
            assert_eq!(detail(&mut details, &vec![plain(&value)]), !(kept && deep < MAX_DEPTH));
            for recorded in [payload, details] {
                let document = format!("{{\"payload\":{{\"key\":{}}}}}", String::from_utf8(recorded).unwrap());
                assert!(serde_json::from_str::<serde_json::Value>(&document).is_ok(), "{document}");
            }
        }
    }

    #[test]
    fn a_long_detail_string_is_cut_and_marked() {
        let mut out = Vec::new();
        assert!(detail(&mut out, &"é".repeat(10_000)));
        let text: String = serde_json::from_slice(&out).unwrap();
        assert!(text.ends_with('…') && text.len() <= MAX_DETAIL_STRING);
    }

    #[test]
    fn a_huge_detail_is_replaced_by_its_head() {
        let mut out = Vec::new();
        assert!(detail(&mut out, &vec![1_000_000u64; 100_000]));
        let value: serde_json::Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(value["truncated"], true);
    }

    #[test]
    fn a_record_that_writes_nothing_or_too_much_is_still_one_value() {
        struct Nothing;
        impl Record for Nothing {
            fn record(&self, _: &mut Recorder<'_>) {}
        }
        struct Twice;
        impl Record for Twice {
            fn record(&self, recorder: &mut Recorder<'_>) {
                recorder.unsigned(1);
                recorder.string("more");
            }
        }
        let value = BTreeMap::from([("a", [&Nothing as &dyn Record, &Twice])]);
        assert_eq!(recorded(&value, 1_000), serde_json::json!({"a": [null, 1]}));
    }

    #[test]
    fn wrapped_json_goes_under_the_same_caps() {
        let mut out = Vec::new();
        assert!(detail(&mut out, &plain(&"é".repeat(30_000))));
        let text: String = serde_json::from_slice(&out).unwrap();
        assert!(text.len() <= MAX_DETAIL_STRING);
    }
}
