//! The one path under which expansions find the runtime.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::Path;

/// Where `__private` is: `::events`, or what `krate = path` says.
#[derive(Clone, Default)]
pub(crate) struct Runtime {
    krate: Option<Path>,
    imported: bool,
}

/// What bodies call `__private`, which they import first: a short path is less to parse and to resolve, many
/// times in every handler.
const IMPORTED: &str = "__events";

impl Runtime {
    pub(crate) fn new(krate: Option<Path>) -> Self {
        Runtime { krate, imported: false }
    }

    /// For the body of a function, which begins with [`Runtime::import`].
    pub(crate) fn imported(krate: Option<Path>) -> Self {
        Runtime { krate, imported: true }
    }

    /// The path of `__private`, every token of it at `span`, so that an error about what follows
    /// has its caret exactly there.
    pub(crate) fn at(&self, span: Span) -> TokenStream {
        if self.imported { Ident::new(IMPORTED, span).to_token_stream() } else { self.path(span) }
    }

    /// The item that brings the short path into a block, and traits whose constants and methods answer there.
    pub(crate) fn import(&self, traits: &[&str], span: Span) -> TokenStream {
        let (path, name) = (self.path(span), Ident::new(IMPORTED, span));
        if traits.is_empty() {
            return quote_spanned!(span=> use #path as #name;);
        }
        let traits = traits.iter().map(|name| Ident::new(name, span));
        quote_spanned! {span=>
            #[allow(unused_imports)]
            use #path::{self as #name, #(#traits as _),*};
        }
    }

    fn path(&self, span: Span) -> TokenStream {
        match &self.krate {
            None => quote_spanned!(span=> ::events::__private),
            Some(path) => {
                let path = located(path.to_token_stream(), span);
                quote_spanned!(span=> #path::__private)
            }
        }
    }
}

/// The tokens at another location; what their names mean stays.
fn located(tokens: TokenStream, span: Span) -> TokenStream {
    tokens
        .into_iter()
        .map(|mut token| {
            if let TokenTree::Group(group) = &token {
                token = Group::new(group.delimiter(), located(group.stream(), span)).into();
            }
            token.set_span(token.span().located_at(span));
            token
        })
        .collect()
}
