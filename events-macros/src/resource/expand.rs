//! What stands behind the struct of a resource type.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;
use syn::spanned::Spanned as _;

use super::model::ResourceType;
use crate::declaration::location;

/// The declaration, its registration and the traits.
pub(super) fn registration(resource: &ResourceType) -> TokenStream {
    let span = Span::mixed_site();
    let p = resource.runtime.at(span);
    let ResourceType { item, name, enabled, .. } = resource;
    let operations = match &resource.operations {
        Some(operations) => {
            let operations = operations.iter().map(syn::LitStr::value);
            quote_spanned!(span=> #p::Option::Some(&[#(#operations),*]))
        }
        None => quote_spanned!(span=> #p::Option::None),
    };
    let category = option(resource, resource.category.as_ref().map(|category| category.tokens(&resource.runtime)));
    let severity = option(resource, resource.severity.as_ref().map(|severity| severity.tokens(&resource.runtime)));
    let location = location(resource.span, &resource.runtime);
    let submit = (!resource.is_stand_in)
        .then(|| quote_spanned!(span=> #p::inventory::submit! { #p::Registration::Resource(&__EVENTS_DECLARATION) }));
    let designates = designates(resource);
    quote_spanned! {span=>
        const _: () = {
            static __EVENTS_DECLARATION: #p::ResourceDeclaration = #p::ResourceDeclaration::new(#p::ResourceSpec {
                resource_type: #name,
                operations: #operations,
                category: #category,
                severity: #severity,
                enabled: #enabled,
                location: #location,
            });
            #submit
            #[automatically_derived]
            impl #p::Resource for #item {
                const DECLARATION: &'static #p::ResourceDeclaration = &__EVENTS_DECLARATION;
            }
            #designates
        };
    }
}

/// A value of the struct designates itself, where it holds its href.
fn designates(resource: &ResourceType) -> Option<TokenStream> {
    let id = resource.id.as_ref()?;
    let span = Span::mixed_site();
    let p = resource.runtime.at(span);
    let item = &resource.item;
    let known = (!resource.is_stand_in).then(|| quote_spanned!(span=> <Self as #p::Resource>::DECLARATION));
    let known = option(resource, known);
    let at = id.span();
    let q = resource.runtime.at(at);
    // `self` is the parameter of a function of ours.
    let this = Ident::new("self", span);
    let href = quote_spanned!(at=> #q::Designates::href(&#this.#id));
    Some(quote_spanned! {span=>
        #[automatically_derived]
        impl #p::Designates for #item {
            type Resource = Self;
            const DECLARATION: #p::Option<&'static #p::ResourceDeclaration> = #known;
            fn href(&self) -> #p::Cow<'_, #p::core::primitive::str> {
                #href
            }
        }
    })
}

fn option(resource: &ResourceType, value: Option<TokenStream>) -> TokenStream {
    let span = Span::mixed_site();
    let p = resource.runtime.at(span);
    match value {
        Some(value) => quote_spanned!(span=> #p::Option::Some(#value)),
        None => quote_spanned!(span=> #p::Option::None),
    }
}
