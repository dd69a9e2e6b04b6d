//! `#[resource(events)] impl Deployment { … }`: every `#[action]` inside, none of the other bodies parsed.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::discouraged::Speculative as _;
use syn::parse::{ParseStream, Parser as _};
use syn::spanned::Spanned as _;
use syn::{Attribute, Ident, ItemImpl, LitStr, Meta, Path};

use crate::action::{Surroundings, expand_function};
use crate::codes;
use crate::function::{Function, generic_name, group};
use crate::mistakes::Mistakes;

/// An impl, split into what stands before its braces and what stands between them.
pub(super) struct Methods {
    head: TokenStream,
    body: Group,
    surroundings: Surroundings,
}

impl Methods {
    /// Nothing when the item is no impl.
    pub(super) fn split(item: &TokenStream) -> Option<Self> {
        let mut tokens: Vec<TokenTree> = item.clone().into_iter().collect();
        let Some(TokenTree::Group(body)) = tokens.pop() else {
            return None;
        };
        let head: TokenStream = tokens.into_iter().collect();
        let item: ItemImpl = syn::parse2(quote!(#head {})).ok()?;
        let generics = item.generics.params.iter().filter_map(generic_name).collect();
        let surroundings = Surroundings { krate: None, self_type: Some(*item.self_ty), generics, attribute: None };
        Some(Methods { head, body, surroundings })
    }

    /// The impl with its actions expanded. What cannot be read is left as it is.
    pub(super) fn expand(mut self, krate: Option<Path>, mistakes: &mut Mistakes) -> TokenStream {
        self.surroundings.krate = krate;
        let mut out = TokenStream::new();
        let mut events: Vec<Emitted> = Vec::new();
        let items = self.body.stream();
        let read = |input: ParseStream<'_>| {
            for attribute in input.call(Attribute::parse_inner)? {
                attribute.to_tokens(&mut out);
            }
            while !input.is_empty() {
                self.expand_item(input, &mut events, &mut out, mistakes)?;
            }
            Ok(())
        };
        let body = match read.parse2(items) {
            Ok(()) => group(Delimiter::Brace, out, self.body.span()),
            Err(_) => self.body.clone(),
        };
        let head = &self.head;
        quote!(#head #body)
    }

    fn expand_item(
        &mut self,
        input: ParseStream<'_>,
        events: &mut Vec<Emitted>,
        out: &mut TokenStream,
        mistakes: &mut Mistakes,
    ) -> syn::Result<()> {
        let fork = input.fork();
        let Ok(mut function) = fork.parse::<Function>() else {
            return copy_item(input, out);
        };
        input.advance_to(&fork);
        let Some(at) = function.attributes.iter().position(is_action) else {
            function.as_written().to_tokens(out);
            return Ok(());
        };
        let attribute = function.attributes.remove(at);
        self.surroundings.attribute = Some(attribute.path().span());
        let arguments = match attribute.meta {
            Meta::List(list) => list.tokens,
            Meta::Path(_) | Meta::NameValue(_) => TokenStream::new(),
        };
        let expanded = expand_function(arguments, &function, &self.surroundings, mistakes);
        expanded.tokens.to_tokens(out);
        if let Some(event) = expanded.event {
            note_event(event, &function, events, mistakes);
        }
        Ok(())
    }
}

/// An event type, and the function that emits it.
type Emitted = (LitStr, Ident);

fn is_action(attribute: &Attribute) -> bool {
    attribute.path().segments.last().is_some_and(|last| last.ident == "action")
}

/// Reports an event type that another function of the impl already emits.
fn note_event(event: LitStr, function: &Function, events: &mut Vec<Emitted>, mistakes: &mut Mistakes) {
    // Two functions of which only one is compiled may emit the same event.
    if function.attributes.iter().any(|attribute| attribute.path().is_ident("cfg")) {
        return;
    }
    let value = event.value();
    match events.iter().find(|(other, _)| other.value() == value) {
        Some((_, first)) => {
            let message = format!(
                "event `{value}` is already emitted by `{first}`: choose another operation, or call that function"
            );
            mistakes.at(event.span(), codes::REPEATED_EVENT, message);
        }
        None => events.push((event, function.signature.ident.clone())),
    }
}

/// Copies an item that is no function: up to its `;`, or to its braces when it is a macro.
fn copy_item(input: ParseStream<'_>, out: &mut TokenStream) -> syn::Result<()> {
    let mut is_macro = false;
    while !input.is_empty() {
        let token: TokenTree = input.parse()?;
        let ends = match &token {
            TokenTree::Punct(punct) if punct.as_char() == '!' => {
                is_macro = true;
                false
            }
            TokenTree::Punct(punct) => punct.as_char() == ';',
            TokenTree::Group(group) => is_macro && group.delimiter() == Delimiter::Brace,
            _ => false,
        };
        token.to_tokens(out);
        if ends {
            break;
        }
    }
    Ok(())
}
