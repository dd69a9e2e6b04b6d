//! The implementations of a direct event.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{DeriveInput, Generics, Ident, Path};

use super::check::DirectEvent;
use crate::declaration::{detail_field, is_option};
use crate::record::{Field, recordable};
use crate::runtime::Runtime;

/// Declaration, registration, `EventDetails` and `EventFor`.
pub(super) fn implementations(event: &DirectEvent, input: &DeriveInput) -> TokenStream {
    let span = Span::mixed_site();
    let runtime = &event.runtime;
    let p = runtime.at(span);
    let item = &input.ident;
    let function = item.to_string();
    let declared: Vec<TokenStream> = event
        .fields
        .iter()
        .map(|field| detail_field(&field.name, Some(&field.ty), !is_option(&field.ty), &[], runtime))
        .collect();
    let names: Vec<TokenStream> = event.fields.iter().map(|Field { name, .. }| quote!(#name)).collect();
    let demands = event.declaration.check_demands(&names, runtime);
    let said = event.declaration.said(&declared, runtime);
    let declaration = event.declaration.item("direct", &function, &said, runtime);
    let check = event.resource.as_ref().map(|resource| check(event, resource, &names));
    let details = Ident::new("details", span);
    let recorded = event.fields.iter().map(|field| record_field(field, &details));
    let generics = recordable(&input.generics, runtime);
    let (impl_generics, type_generics, bounds) = generics.split_for_impl();
    let unused = event.fields.is_empty().then(|| quote_spanned!(span=> let _ = #details;));
    let linked = linked(event);
    let event_for = event_for(event.resource.as_ref(), item, &generics, runtime);
    quote_spanned! {span=>
        const _: () = {
            #declaration
            #check
            #demands
            #[automatically_derived]
            impl #impl_generics #p::EventDetails for #item #type_generics #bounds {
                const DECLARATION: &'static #p::EventDeclaration = &__EVENTS_DECLARATION;
                fn record(&self, #details: &mut #p::Details<'_>) {
                    #unused
                    #(#recorded)*
                }
                #linked
            }
            #event_for
        };
    }
}

/// What keeps other errors away when the event could not be read.
pub(super) fn stand_in(input: &DeriveInput) -> TokenStream {
    let span = Span::mixed_site();
    let runtime = Runtime::default();
    let p = runtime.at(span);
    let item = &input.ident;
    let (impl_generics, type_generics, bounds) = input.generics.split_for_impl();
    let event_for = event_for(None, item, &input.generics, &runtime);
    quote_spanned! {span=>
        const _: () = {
            #[automatically_derived]
            impl #impl_generics #p::EventDetails for #item #type_generics #bounds {
                const DECLARATION: &'static #p::EventDeclaration = #p::core::panic!();
                fn record(&self, _: &mut #p::Details<'_>) {}
            }
            #event_for
        };
    }
}

/// The prefix, the closed set and the category, against the type that the event is about.
fn check(event: &DirectEvent, resource: &Path, details: &[TokenStream]) -> TokenStream {
    // An error about a type that is no resource belongs to the path.
    let at = resource.span();
    let p = event.runtime.at(at);
    let known = quote_spanned!(at=> #p::Option::Some(<#resource as #p::Resource>::DECLARATION));
    let check = event.declaration.check_call(&known, Some(details), &event.runtime);
    let span = Span::mixed_site();
    let p = event.runtime.at(span);
    quote_spanned!(span=> const _: #p::core::primitive::usize = #check;)
}

fn record_field(field: &Field, details: &Ident) -> TokenStream {
    let Field { name, ty, .. } = field;
    let (at, span) = (ty.span(), Span::mixed_site());
    let value = field.of_self(at);
    quote_spanned!(span=> #details.field(#name, #value);)
}

/// The method that tells what the fields of `linked` hold.
fn linked(event: &DirectEvent) -> Option<TokenStream> {
    if event.linked.is_empty() {
        return None;
    }
    let span = Span::mixed_site();
    let p = event.runtime.at(span);
    let links = Ident::new("links", span);
    let linked = event.linked.iter().map(|field| {
        let at = field.ty.span();
        let (q, value) = (event.runtime.at(at), field.of_self(at));
        if is_option(&field.ty) {
            let resource = Ident::new("resource", span);
            let link = quote_spanned!(at=> #q::Links::link(#links, #resource));
            quote_spanned!(span=> if let #p::Option::Some(#resource) = #value { #link; })
        } else {
            let link = quote_spanned!(at=> #q::Links::link(#links, #value));
            quote_spanned!(span=> #link;)
        }
    });
    Some(quote_spanned! {span=>
        fn linked(&self, #links: &mut #p::Links<'_>) {
            #(#linked)*
        }
    })
}

/// For one resource type, or for every one.
fn event_for(resource: Option<&Path>, item: &Ident, generics: &Generics, runtime: &Runtime) -> TokenStream {
    let span = Span::mixed_site();
    let p = runtime.at(span);
    let (_, type_generics, bounds) = generics.split_for_impl();
    let mut generics = generics.clone();
    let target = match resource {
        Some(path) => quote!(#path),
        None => {
            let any = Ident::new("__EventsResource", span);
            generics.params.push(syn::parse_quote_spanned!(span=> #any: ?#p::core::marker::Sized));
            quote!(#any)
        }
    };
    let (impl_generics, _, _) = generics.split_for_impl();
    quote_spanned! {span=>
        #[automatically_derived]
        impl #impl_generics #p::EventFor<#target> for #item #type_generics #bounds {}
    }
}
