//! The one path under which expansions find the runtime.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::Path;

/// Where `__private` is: `::events`, or what `krate = path` says.
#[derive(Clone, Default)]
pub(crate) struct Runtime {
    krate: Option<Path>,
}

impl Runtime {
    pub(crate) fn new(krate: Option<Path>) -> Self {
        Runtime { krate }
    }

    /// The path of `__private`, every token of it at `span`, so that an error about what follows
    /// has its caret exactly there.
    pub(crate) fn at(&self, span: Span) -> TokenStream {
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
