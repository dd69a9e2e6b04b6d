//! Whether the event fits the type of the resource: its prefix, the closed set, what the category demands.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;

use super::declare::names;
use crate::action::model::{Action, Known, Resource};
use crate::event_type::{EventType, fingerprint};
use crate::words::pascal;

/// Prefix and closed set, checked in the length of an array: evaluated while the body is
/// type-checked, whether the function is used or not. Or, where the type of the resource is not
/// written, in a function that is instantiated with it.
pub(super) fn check(action: &Action) -> TokenStream {
    let Resource::Value { known, .. } = &action.resource else {
        return TokenStream::new();
    };
    let at = action.declaration.literal.span();
    let p = action.runtime.at(at);
    let names = names(&action.details);
    let call = |known| action.declaration.check_call(&known, names.as_deref(), &action.runtime);
    match known {
        Known::Type(ty) => {
            let check = call(quote_spanned!(at=> #p::Known::<#ty>::DECLARATION));
            quote_spanned! {at=>
                let _: [(); #check] = [];
            }
        }
        Known::Receiver(this) => {
            receiver(action, this, &call(quote_spanned!(at=> <__V as #p::Designates>::DECLARATION)))
        }
        Known::Inferred => fits(action),
        Known::Generic => {
            let check = call(quote_spanned!(at=> <__EventsValue as #p::Designates>::DECLARATION));
            let span = Span::mixed_site();
            let p = action.runtime.at(span);
            quote_spanned! {span=>
                fn __events_href<__EventsValue: #p::Designates + ?#p::core::marker::Sized>(
                    value: &__EventsValue,
                ) -> #p::Cow<'_, #p::core::primitive::str> {
                    const { let _ = #check; }
                    #p::Designates::href(value)
                }
            }
        }
    }
}

/// The same for a `Self` that may have generic parameters, with which no length of an array may be worked out: a constant in a
/// pattern is evaluated as early, and may have them as long as its value does not depend on them.
fn receiver(action: &Action, this: &Ident, check: &TokenStream) -> TokenStream {
    let (span, at) = (Span::mixed_site(), this.span());
    let (p, q) = (action.runtime.at(span), action.runtime.at(at));
    let fits = named(action, "Declares");
    // Of a type around it, so that an error is about `Self` and what it lacks.
    let event = quote_spanned!(at=> <#q::fits::Named<#this> as #fits>::EVENT);
    quote_spanned! {span=>
        {
            trait #fits {
                const EVENT: #p::core::primitive::usize;
            }
            impl<__V: #q::Designates<Resource: #q::fits::OneType> + ?#p::core::marker::Sized> #fits for #p::fits::Named<__V> {
                const EVENT: #p::core::primitive::usize = #check;
            }
            match 0 {
                #event => {}
                _ => {}
            }
        }
    }
}

/// The same where the type is inferred: a bound that the resource type does not meet. The type that stands for the event has a name
/// that the compiler may show.
fn fits(action: &Action) -> TokenStream {
    let EventType { resource_type, operation } = &action.declaration.event_type;
    let event = named(action, "Event");
    let (resource_type, operation) = (fingerprint(resource_type), fingerprint(operation));
    let span = Span::mixed_site();
    let p = action.runtime.at(span);
    quote_spanned! {span=>
        enum #event {}
        impl #p::fits::Event for #event {
            type Key = #p::fits::Key<#resource_type, #operation>;
        }
    }
}

/// A name made of the event type, which the compiler shows.
pub(super) fn named(action: &Action, before: &str) -> Ident {
    let at = action.declaration.literal.span();
    let name = format!("{before}{}", pascal(&action.declaration.literal.value()));
    Ident::new(&name, Span::mixed_site().located_at(at))
}
