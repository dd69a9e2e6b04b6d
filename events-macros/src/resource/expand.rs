//! What stands behind the struct of a resource type.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;
use syn::spanned::Spanned as _;

use super::model::ResourceType;
use crate::classification::Category;
use crate::declaration::location;
use crate::event_type::{CRUD, fingerprint};

/// The declaration, its registration and the traits.
pub(super) fn registration(resource: &ResourceType) -> TokenStream {
    let span = Span::mixed_site();
    let p = resource.runtime.at(span);
    let ResourceType { item, enabled, .. } = resource;
    // A stand-in has no name: nothing is checked against it.
    let name = if resource.is_stand_in { "" } else { &resource.name };
    let operations = match resource.operations.as_ref().filter(|_| !resource.is_stand_in) {
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
    let struct_name = item.to_string();
    let (declares, defaults) = (declares(resource), defaults(resource));
    quote_spanned! {span=>
        const _: () = {
            static __EVENTS_DECLARATION: #p::ResourceDeclaration = #p::ResourceDeclaration::new(#p::ResourceSpec {
                resource_type: #name,
                struct_name: #struct_name,
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
            #declares
            #defaults
        };
    }
}

/// What fits where the type is inferred: every event of an open set, those of a closed one.
fn declares(resource: &ResourceType) -> TokenStream {
    let span = Span::mixed_site();
    let p = resource.runtime.at(span);
    let item = &resource.item;
    let resource_type = fingerprint(&resource.name);
    if resource.is_stand_in {
        return quote_spanned! {span=>
            impl<const __T: #p::core::primitive::u64, const __O: #p::core::primitive::u64> #p::Declares<__T, __O>
                for #item {}
        };
    }
    let Some(operations) = &resource.operations else {
        return quote_spanned!(span=> impl<const __O: #p::core::primitive::u64> #p::Declares<#resource_type, __O> for #item {});
    };
    let listed = operations.iter().map(syn::LitStr::value).chain(CRUD.map(str::to_owned));
    let mut fingerprints: Vec<u64> =
        listed.flat_map(|operation| [fingerprint(&operation), fingerprint(&format!("bulk-{operation}"))]).collect();
    // An operation may be listed that belongs to every set.
    fingerprints.sort_unstable();
    fingerprints.dedup();
    quote_spanned!(span=> #(impl #p::Declares<#resource_type, #fingerprints> for #item {})*)
}

/// Which details that are a value its events may have where they name no category: those that its own category demands.
fn defaults(resource: &ResourceType) -> TokenStream {
    let span = Span::mixed_site();
    let p = resource.runtime.at(span);
    let item = &resource.item;
    let bound = match resource.category.as_ref().filter(|_| !resource.is_stand_in) {
        Some(category) if category.is("state") => quote_spanned!(span=> where __D: #p::demands::RecordsState),
        Some(Category::Declared(path)) => quote_spanned!(span=> where #path: #p::demands::Demands<__D>),
        _ => TokenStream::new(),
    };
    quote_spanned!(span=> impl<__D> #p::demands::Defaults<__D> for #item #bound {})
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
