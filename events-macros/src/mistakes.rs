//! The collector of mistakes: all of them are reported at once.

use std::fmt::Display;

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;

use crate::codes::Code;

/// Runs a macro: what it gives, and then one `compile_error!` per mistake.
pub(crate) fn answer(expand: impl FnOnce(&mut Mistakes) -> TokenStream) -> TokenStream {
    let mut mistakes = Mistakes::default();
    let mut tokens = expand(&mut mistakes);
    tokens.extend(mistakes.0.iter().map(syn::Error::to_compile_error));
    tokens
}

/// What is wrong with one item and its attribute.
#[derive(Default)]
pub(crate) struct Mistakes(Vec<syn::Error>);

impl Mistakes {
    /// Reports a mistake at one token.
    pub(crate) fn at(&mut self, span: Span, code: Code, message: impl Display) {
        self.0.push(syn::Error::new(span, format_args!("{message} [{code}]")));
    }

    /// Reports a mistake over a stretch of tokens.
    pub(crate) fn over(&mut self, tokens: impl ToTokens, code: Code, message: impl Display) {
        self.0.push(syn::Error::new_spanned(tokens, format_args!("{message} [{code}]")));
    }

    /// How many there are: whether a step found any is a comparison before and after it.
    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    #[cfg(test)]
    pub(crate) fn messages(&self) -> Vec<String> {
        self.0.iter().map(ToString::to_string).collect()
    }
}
