//! Message templates, `{caller} rebooted {resource}`, split into parts at compile time.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;

use crate::codes::{self, Code};
use crate::runtime::Runtime;
use crate::words::{kebab, list, nearest};

/// One part of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Text(String),
    Caller,
    Resource,
    Detail(String),
}

/// Splits a template. `details` are the names that `{details.…}` may use; `None` when they are
/// not known here. Gives every mistake, not only the first.
pub(crate) fn parse(template: &str, details: Option<&[String]>) -> Result<Vec<Part>, Vec<(Code, String)>> {
    let mut parts = Vec::new();
    let mut mistakes = Vec::new();
    let mut text = String::new();
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        text.push_str(&rest[..at]);
        let brace = &rest[at..=at];
        rest = &rest[at + 1..];
        if rest.starts_with(brace) {
            text.push_str(brace);
            rest = &rest[1..];
        } else if brace == "}" {
            mistakes.push((codes::TEMPLATE, "a `}` closes nothing: write `}}` for a brace".to_owned()));
        } else if let Some(end) = rest.find('}') {
            match placeholder(&rest[..end], details) {
                Ok(part) => {
                    if !text.is_empty() {
                        parts.push(Part::Text(std::mem::take(&mut text)));
                    }
                    parts.push(part);
                }
                Err(message) => mistakes.push((codes::PLACEHOLDER, message)),
            }
            rest = &rest[end + 1..];
        } else {
            mistakes.push((codes::TEMPLATE, "a `{` is never closed: write `{{` for a brace".to_owned()));
            break;
        }
    }
    text.push_str(rest);
    if !text.is_empty() {
        parts.push(Part::Text(text));
    }
    if mistakes.is_empty() { Ok(parts) } else { Err(mistakes) }
}

fn placeholder(name: &str, details: Option<&[String]>) -> Result<Part, String> {
    match name {
        "caller" => return Ok(Part::Caller),
        "resource" => return Ok(Part::Resource),
        _ => {}
    }
    if let Some(detail) = name.strip_prefix("details.") {
        let detail = kebab(detail);
        match details {
            Some(known) if !known.contains(&detail) => {}
            _ if detail.is_empty() => {}
            _ => return Ok(Part::Detail(detail)),
        }
    }
    Err(unknown(name, details))
}

fn unknown(name: &str, details: Option<&[String]>) -> String {
    let mut allowed = vec!["caller".to_owned(), "resource".to_owned()];
    match details {
        Some(details) => allowed.extend(details.iter().map(|detail| format!("details.{detail}"))),
        None => allowed.push("details.<name>".to_owned()),
    }
    let candidates: Vec<&str> = allowed.iter().map(String::as_str).collect();
    let braced: Vec<String> = allowed.iter().map(|word| format!("{{{word}}}")).collect();
    let all = list(&braced.iter().map(String::as_str).collect::<Vec<_>>());
    match nearest(name, &candidates) {
        Some(near) => {
            format!("a message cannot show `{{{name}}}`: did you mean `{{{near}}}`? (one of {all})")
        }
        None => format!("a message cannot show `{{{name}}}`: one of {all}"),
    }
}

/// The parts as an expression of type `&'static [MessagePart]`.
pub(crate) fn tokens(parts: &[Part], runtime: &Runtime) -> TokenStream {
    let span = Span::mixed_site();
    let p = runtime.at(span);
    let parts = parts.iter().map(|part| match part {
        Part::Text(text) => quote_spanned!(span=> #p::MessagePart::Text(#text)),
        Part::Caller => quote_spanned!(span=> #p::MessagePart::Caller),
        Part::Resource => quote_spanned!(span=> #p::MessagePart::Resource),
        Part::Detail(name) => quote_spanned!(span=> #p::MessagePart::Detail(#name)),
    });
    quote_spanned!(span=> &[#(#parts),*])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Vec<String> {
        vec!["force".into(), "new-state".into()]
    }

    #[test]
    fn templates_are_split_into_text_and_placeholders() {
        let parts = parse("{caller} set {resource} to {details.new_state}{{}}", Some(&known()));
        assert_eq!(
            parts,
            Ok(vec![
                Part::Caller,
                Part::Text(" set ".into()),
                Part::Resource,
                Part::Text(" to ".into()),
                Part::Detail("new-state".into()),
                Part::Text("{}".into()),
            ])
        );
        assert_eq!(parse("", None), Ok(vec![]));
        assert_eq!(parse("{details.any}", None), Ok(vec![Part::Detail("any".into())]));
    }

    #[test]
    fn every_mistake_of_a_template_is_reported() {
        let mistakes = parse("{callr} {details.forc} } {", Some(&known())).expect_err("four mistakes");
        let found: Vec<(Code, &str)> = mistakes.iter().map(|(code, text)| (*code, text.as_str())).collect();
        assert_eq!(found.len(), 4);
        for ((code, text), (expected, part)) in found.into_iter().zip([
            (
                codes::PLACEHOLDER,
                "did you mean `{caller}`? (one of `{caller}`, `{resource}`, `{details.force}`, `{details.new-state}`)",
            ),
            (codes::PLACEHOLDER, "did you mean `{details.force}`?"),
            (codes::TEMPLATE, "closes nothing"),
            (codes::TEMPLATE, "never closed"),
        ]) {
            assert_eq!(code, expected, "{text}");
            assert!(text.contains(part), "{text}");
        }
        assert!(parse("{}", None).is_err() && parse("{details.}", None).is_err());
    }
}
