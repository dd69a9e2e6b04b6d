//! `#[derive(EventDetails)]`: a direct event, declared by the type of its details.

mod check;
mod expand;

use proc_macro2::{Span, TokenStream};
use syn::DeriveInput;

use crate::codes;
use crate::mistakes::Mistakes;

/// Expands the derive: implementations only, the item is the compiler's.
pub(crate) fn expand(item: TokenStream, mistakes: &mut Mistakes) -> TokenStream {
    let input: DeriveInput = match syn::parse2(item) {
        Ok(input) => input,
        Err(error) => {
            mistakes.at(Span::call_site(), codes::DETAILS_SHAPE, error);
            return TokenStream::new();
        }
    };
    match check::check(&input, mistakes) {
        Some(event) => expand::implementations(&event, &input),
        None => expand::stand_in(&input),
    }
}
