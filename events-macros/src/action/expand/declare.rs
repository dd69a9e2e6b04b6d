//! What is declared of a function, and registered.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};

use crate::action::model::{Action, Detail, Details};
use crate::declaration::{detail_field, is_option};

/// The declaration and its registration.
pub(super) fn declare(action: &Action) -> TokenStream {
    let span = Span::mixed_site();
    let p = action.runtime.at(span);
    let details: Vec<TokenStream> = match &action.details {
        Details::Fields(details) => details.iter().map(|detail| declared_detail(action, detail)).collect(),
        Details::Object(_) => Vec::new(),
    };
    let names = names(&action.details);
    let demands = names.map(|names| action.declaration.check_demands(&names, &action.runtime));
    let mut said = action.declaration.said(&details, &action.runtime);
    if let Details::Object(_) = &action.details {
        said.extend(quote_spanned!(span=> .details_are_a_value()));
    }
    let payload = &action.payload;
    let chosen = [
        ("payload_request", payload.request.is_some()),
        ("payload_outcome", payload.outcome),
        ("payload_changed", payload.changed),
    ];
    for (method, _) in chosen.into_iter().filter(|(_, chosen)| *chosen) {
        let method = Ident::new(method, span);
        said.extend(quote_spanned!(span=> .#method()));
    }
    if let Some(deferred) = &action.deferred {
        said.extend(match deferred.within {
            Some(seconds) => quote_spanned!(span=> .deferred_within(#seconds)),
            None => quote_spanned!(span=> .deferred()),
        });
    }
    if let Some(variant) = action.on_nested_failure {
        let variant = Ident::new(variant, span);
        said.extend(quote_spanned!(span=> .on_nested_failure(#p::NestedFailure::#variant)));
    }
    let item = action.declaration.item("action", &action.function, &said, &action.runtime);
    quote_spanned! {span=>
        #item
        #demands
    }
}

fn declared_detail(action: &Action, detail: &Detail) -> TokenStream {
    let ty = detail.ty.as_ref().or(detail.argument_type.as_ref());
    // A value of unknown type may be an `Option`, which is left out when it is none.
    let required = ty.is_some_and(|ty| !is_option(ty));
    detail_field(&detail.name, ty, required, &detail.cfgs, &action.runtime)
}

/// The names of the details as elements of an array, where the attribute lists them.
pub(super) fn names(details: &Details) -> Option<Vec<TokenStream>> {
    let Details::Fields(details) = details else { return None };
    let name = |Detail { cfgs, name, .. }: &Detail| quote!(#(#cfgs)* #name);
    Some(details.iter().map(name).collect())
}
