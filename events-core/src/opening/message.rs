//! The sentence that says what happens.

use super::{Opening, parts::Part, sheet::Sheet};
use crate::{
    context::Context,
    declaration::{EventKind, MessagePart},
    json,
};

impl Opening {
    pub(super) fn write_message(&mut self) {
        let Self { plan, context, sheet, .. } = self;
        let Sheet { bytes, parts, href, .. } = &mut **sheet;
        bytes.extend_from_slice(b",\"message\":\"");
        let start = bytes.len();
        for part in plan.message() {
            match part {
                MessagePart::Resource if !href.is_empty() => bytes.extend_from_within(href.range()),
                MessagePart::Detail(name) => {
                    let text = detail_text(&bytes[parts.details.range()], name);
                    json::escaped(bytes, &text);
                }
                part => message_part(bytes, *part, context, plan.spec.resource_type),
            }
        }
        if !plan.quotes_details {
            parts.sentence = Part::new(start..bytes.len());
        }
        if plan.spec.kind == EventKind::Action {
            bytes.extend_from_slice(b": requested");
        }
        bytes.push(b'"');
    }

    /// The message stands before the details: one that quotes them is written after them and put in place.
    pub(super) fn write_message_before_details(&mut self) {
        let at = self.sheet.bytes.len();
        self.write_message();
        let len = self.sheet.bytes.len() - at;
        self.sheet.bytes[self.sheet.message_at..].rotate_right(len);
        self.sheet.parts.details.shift(len);
    }
}

/// The sentence of an event whose document is written already.
pub(crate) fn message(
    out: &mut Vec<u8>,
    parts: &[MessagePart],
    context: &Context,
    href: Option<&str>,
    resource_type: &str,
    details: &[u8],
) {
    for part in parts {
        match (part, href) {
            (MessagePart::Resource, Some(href)) => json::escaped(out, href),
            (MessagePart::Detail(name), _) => json::escaped(out, &detail_text(details, name)),
            (part, _) => message_part(out, *part, context, resource_type),
        }
    }
}

fn message_part(out: &mut Vec<u8>, part: MessagePart, context: &Context, resource_type: &str) {
    match part {
        MessagePart::Text(literal) => json::escaped(out, literal),
        MessagePart::Caller => {
            let caller = context.caller();
            let who = caller.user_id.as_ref().or(caller.active_claim.as_ref());
            json::escaped(out, who.map_or("an anonymous caller", |claim| claim.as_str()));
        }
        MessagePart::Resource => {
            // A `u` is most often that of a user.
            let article: &[u8] = if resource_type.starts_with(['a', 'e', 'i', 'o']) { b"an " } else { b"a " };
            out.extend_from_slice(article);
            out.extend_from_slice(resource_type.as_bytes());
        }
        MessagePart::Detail(_) => {}
    }
}

/// A detail as a message quotes it: strings bare, other values as JSON, at most 256 bytes.
fn detail_text(details: &[u8], name: &str) -> String {
    let object = [b"{", details, b"}"].concat();
    let fields: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(&object).unwrap_or_default();
    let text = match fields.get(name) {
        Some(serde_json::Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
        None => "-".to_owned(),
    };
    json::prefix(&text, 256).to_owned()
}
