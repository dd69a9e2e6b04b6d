//! What the declarations of actions and of direct events have in common.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Attribute, Ident, Lit, LitStr, Type};

use crate::arguments::{Arguments, Given, literal};
use crate::classification::{Category, Severity};
use crate::codes;
use crate::event_type::EventType;
use crate::message::{self, Part};
use crate::mistakes::Mistakes;
use crate::runtime::Runtime;
use crate::words::{is_kebab, not_kebab};

/// The checked part of a declaration that actions and direct events share.
pub(crate) struct Declaration {
    /// The literal of the event type: errors about it belong there.
    pub(crate) literal: LitStr,
    pub(crate) event_type: EventType,
    pub(crate) category: Option<Category>,
    subcategory: Option<String>,
    severity: Option<Severity>,
    message: Option<Vec<Part>>,
    version: Option<u32>,
    mandatory: bool,
    allow_anon: bool,
}

impl Declaration {
    /// Takes the shared keys. `details` are the names of the details, where they are known here.
    /// Nothing when the event type is wrong; that is reported.
    pub(crate) fn check(
        arguments: &mut Arguments,
        event: Option<LitStr>,
        details: Option<&[String]>,
        mistakes: &mut Mistakes,
    ) -> Option<Self> {
        let event_type = event.as_ref().and_then(|event| check_event_type(event, mistakes));
        let category = Category::take(arguments, mistakes);
        if let (Some(category), Some(details)) = (&category, details) {
            check_state(category, details, mistakes);
        }
        let subcategory = arguments.string("subcategory", mistakes).and_then(|name| kebab_value(&name, mistakes));
        let severity = Severity::take(arguments, mistakes);
        let message = arguments.string("message", mistakes).and_then(|text| check_message(&text, details, mistakes));
        let version = check_version(arguments, mistakes);
        let mandatory = arguments.flag("mandatory", mistakes).unwrap_or(false);
        let allow_anon = arguments.flag("allow_anon", mistakes).unwrap_or(false);
        Some(Declaration {
            literal: event?,
            event_type: event_type?,
            category,
            subcategory,
            severity,
            message,
            version,
            mandatory,
            allow_anon,
        })
    }

    /// What this part says beyond the names of the event, each thing a call of a method of `EventSpec`. What is not said
    /// is left to the defaults.
    pub(crate) fn said(&self, details: &[TokenStream], runtime: &Runtime) -> TokenStream {
        let span = Span::mixed_site();
        let mut said = TokenStream::new();
        if let Some(category) = &self.category {
            let category = category.tokens(runtime);
            said.extend(quote_spanned!(span=> .category(#category)));
        }
        if let Some(subcategory) = &self.subcategory {
            said.extend(quote_spanned!(span=> .subcategory(#subcategory)));
        }
        if let Some(severity) = &self.severity {
            let severity = severity.tokens(runtime);
            said.extend(quote_spanned!(span=> .severity(#severity)));
        }
        if !details.is_empty() {
            said.extend(quote_spanned!(span=> .details(&[#(#details),*])));
        }
        if let Some(parts) = &self.message {
            let parts = message::tokens(parts, runtime);
            said.extend(quote_spanned!(span=> .message(#parts)));
        }
        if let Some(version) = self.version {
            said.extend(quote_spanned!(span=> .version(#version)));
        }
        if self.mandatory {
            said.extend(quote_spanned!(span=> .mandatory()));
        }
        if self.allow_anon {
            said.extend(quote_spanned!(span=> .allow_anon()));
        }
        said
    }

    /// What an own category demands of the details, whose names are the elements of an array.
    pub(crate) fn check_demands(&self, names: &[TokenStream], runtime: &Runtime) -> TokenStream {
        let Some(Category::Declared(path)) = &self.category else {
            return TokenStream::new();
        };
        let at = path.span();
        let q = runtime.at(at);
        let check = quote_spanned!(at=> #q::check_demands(<#path as #q::Category>::DECLARATION, &[#(#names),*]));
        let span = Span::mixed_site();
        let p = runtime.at(span);
        quote_spanned!(span=> const _: #p::core::primitive::usize = #check;)
    }

    /// The `static` that declares the event of `function`, and its registration. `constructor` is that of
    /// `EventSpec`; it notes the place of its call, which is that of the literal.
    pub(crate) fn item(&self, constructor: &str, function: &str, said: &TokenStream, runtime: &Runtime) -> TokenStream {
        let (span, at) = (Span::mixed_site(), self.literal.span());
        let (p, q) = (runtime.at(span), runtime.at(at));
        let constructor = Ident::new(constructor, at);
        let event = self.literal.value();
        let EventType { resource_type, operation, .. } = &self.event_type;
        let spec = quote_spanned! {at=>
            #q::EventSpec::#constructor(
                #event, #resource_type, #operation, #function, #q::module_path!(), #q::env!("CARGO_PKG_NAME"),
            )
        };
        quote_spanned! {span=>
            static __EVENTS_DECLARATION: #p::EventDeclaration = #p::EventDeclaration::new(#spec #said);
            #p::inventory::submit! { #p::Registration::Event(&__EVENTS_DECLARATION) }
        }
    }

    /// A call of `check_event` about a declaration (an expression), with the caret under the literal. Where the event names no category,
    /// its details are checked for that of the resource type.
    pub(crate) fn check_call(
        &self,
        known: &TokenStream,
        details: Option<&[TokenStream]>,
        runtime: &Runtime,
    ) -> TokenStream {
        let span = self.literal.span();
        let p = runtime.at(span);
        let literal = &self.literal;
        let resource_type = LitStr::new(&self.event_type.resource_type, span);
        let operation = LitStr::new(&self.event_type.operation, span);
        match details.filter(|_| self.category.is_none()) {
            None => quote_spanned!(span=> #p::check_event(#known, #literal, #resource_type, #operation)),
            Some(names) => {
                quote_spanned!(span=> #p::check_all(#known, #literal, #resource_type, #operation, &[#(#names),*]))
            }
        }
    }
}

/// `location!()` as if it were written at `span`: file, line and column are the user's.
pub(crate) fn location(span: Span, runtime: &Runtime) -> TokenStream {
    let p = runtime.at(span);
    quote_spanned!(span=> #p::location!())
}

/// One `DetailField` of a declaration.
pub(crate) fn detail_field(
    name: &str,
    ty: Option<&Type>,
    required: bool,
    cfgs: &[Attribute],
    runtime: &Runtime,
) -> TokenStream {
    let span = Span::mixed_site();
    let p = runtime.at(span);
    let type_name = match ty {
        Some(ty) => {
            let name = type_name(ty);
            quote_spanned!(span=> #p::Option::Some(#name))
        }
        None => quote_spanned!(span=> #p::Option::None),
    };
    quote_spanned!(span=> #(#cfgs)* #p::DetailField { name: #name, type_name: #type_name, required: #required })
}

/// A type as it is usually written: `Option<&'static str>`.
fn type_name(ty: &Type) -> String {
    let spaced = quote!(#ty).to_string();
    let is_word = |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
    let mut name = String::with_capacity(spaced.len());
    let mut letters = spaced.chars().peekable();
    while let Some(letter) = letters.next() {
        let before = name.chars().last();
        let is_needed = is_word(before) && is_word(letters.peek().copied()) || matches!(before, Some(',' | ';'));
        if letter != ' ' || is_needed {
            name.push(letter);
        }
    }
    name
}

/// Whether a type is written as an `Option`.
pub(crate) fn is_option(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "Option"))
}

/// Checks a string that must be kebab-case.
pub(crate) fn kebab_value(name: &LitStr, mistakes: &mut Mistakes) -> Option<String> {
    let value = name.value();
    if is_kebab(&value) {
        return Some(value);
    }
    mistakes.at(name.span(), codes::NOT_KEBAB, not_kebab(&value));
    None
}

fn check_event_type(event: &LitStr, mistakes: &mut Mistakes) -> Option<EventType> {
    match EventType::parse(&event.value()) {
        Ok(event_type) => Some(event_type),
        Err((code, message)) => {
            mistakes.at(event.span(), code, message);
            None
        }
    }
}

/// Category `state` has a details spec of its own: `new-state` is required.
fn check_state(category: &Category, details: &[String], mistakes: &mut Mistakes) {
    if category.is("state") && !details.iter().any(|name| name == "new-state") {
        let message = "an event of category `state` records the state that was reached: add the detail `new_state`";
        mistakes.at(category.span(), codes::STATE_REACHED, message);
    }
}

fn check_message(text: &LitStr, details: Option<&[String]>, mistakes: &mut Mistakes) -> Option<Vec<Part>> {
    match message::parse(&text.value(), details) {
        Ok(parts) => Some(parts),
        Err(found) => {
            for (code, message) in found {
                mistakes.at(text.span(), code, message);
            }
            None
        }
    }
}

fn check_version(arguments: &mut Arguments, mistakes: &mut Mistakes) -> Option<u32> {
    let entry = arguments.take("version")?;
    let number = match &entry.given {
        Given::Value(value) => match literal(value) {
            Some(Lit::Int(number)) => number.clone(),
            _ => {
                entry.wrong(mistakes);
                return None;
            }
        },
        Given::Nothing | Given::List(_) => {
            entry.wrong(mistakes);
            return None;
        }
    };
    match number.base10_parse::<u32>() {
        Ok(version) if version > 0 => Some(version),
        _ => {
            let message =
                format!("`{number}` is not a version: write a number from 1 to {}, such as `version = 2`", u32::MAX);
            mistakes.at(number.span(), codes::VERSION, message);
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_named_as_they_are_written() {
        for written in ["Option<&'static str>", "std::vec::Vec<u8>", "(u8, [T; 2])", "&mut dyn Record", "bool"] {
            let ty: Type = syn::parse_str(written).expect("a type");
            assert_eq!(type_name(&ty), written);
        }
    }
}
