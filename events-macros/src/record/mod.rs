//! `#[derive(Record)]`: a value that may be recorded.

mod check;
mod expand;

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::{DeriveInput, Generics, TypeParam};

pub(crate) use self::check::Field;
use crate::codes;
use crate::mistakes::Mistakes;
use crate::runtime::Runtime;

/// Expands the derive: an implementation only, the item is the compiler's.
pub(crate) fn expand(item: TokenStream, mistakes: &mut Mistakes) -> TokenStream {
    let input: DeriveInput = match syn::parse2(item) {
        Ok(input) => input,
        Err(error) => {
            mistakes.at(Span::call_site(), codes::RECORD_SHAPE, error);
            return TokenStream::new();
        }
    };
    match check::check(&input, mistakes) {
        Some(recorded) => expand::implementation(&recorded, &input),
        None => expand::stand_in(&input),
    }
}

/// The generics of a type, with `T: Record` for every type parameter.
pub(crate) fn recordable(generics: &Generics, runtime: &Runtime) -> Generics {
    let span = Span::mixed_site();
    let p = runtime.at(span);
    let mut generics = generics.clone();
    let names: Vec<_> = generics.type_params().map(|TypeParam { ident, .. }| ident.clone()).collect();
    for name in names {
        let bound = quote_spanned!(span=> #name: #p::Record);
        generics.make_where_clause().predicates.push(syn::parse_quote!(#bound));
    }
    generics
}
