//! What the opening event says.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens as _, quote_spanned};
use syn::Expr;
use syn::spanned::Spanned as _;

use super::fit::named;
use super::{borrowed, located};
use crate::action::model::{Action, Detail, Details, Known, Resource};
use crate::classification::Category;

/// What the opening event says, in the order of the document, and only when something is recorded.
pub(super) fn opening(action: &Action, call: &Ident) -> TokenStream {
    let span = Span::mixed_site();
    let p = action.runtime.at(span);
    let opening = Ident::new("__events_opening", span);
    let mut said = TokenStream::new();
    if let Resource::Value { value, span: at, known } = &action.resource {
        let q = action.runtime.at(*at);
        let href = match known {
            Known::Inferred => None,
            Known::Type(_) | Known::Receiver(_) => Some(quote_spanned!(*at=> #q::Designates::href(&#value))),
            Known::Generic => Some(quote_spanned!(*at=> __events_href(&#value))),
        };
        said.extend(match href {
            Some(href) => quote_spanned!(span=> #opening.resource(#href);),
            None => inferred_resource(action, &quote_spanned!(*at=> #q::Designates::__events_named(&#value)), &opening),
        });
    }
    for linked in &action.linked {
        let at = linked.span();
        let q = action.runtime.at(at);
        let linked = borrowed(linked);
        let href = quote_spanned!(at=> &#q::Designates::href(#linked));
        said.extend(quote_spanned!(span=> #opening.linked(#href);));
    }
    for tag in &action.tags {
        said.extend(quote_spanned!(span=> #opening.tag(#tag);));
    }
    match &action.details {
        Details::Fields(details) => said.extend(details.iter().map(|detail| said_detail(detail, &opening))),
        Details::Object(object) => said.extend(said_object(action, object, &opening)),
    }
    if let Some(request) = &action.payload.request {
        let (name, value) = (&request.name, borrowed(&request.value));
        said.extend(quote_spanned!(span=> #opening.request(#name, #value);));
    }
    if said.is_empty() {
        return said;
    }
    quote_spanned! {span=>
        if let #p::Option::Some(#opening) = #call.opening() {
            #said
        }
    }
}

/// Details that are a value: whether they have what their category demands is a bound on its type.
fn said_object(action: &Action, object: &Expr, opening: &Ident) -> TokenStream {
    let (span, at) = (Span::mixed_site(), object.span());
    let q = action.runtime.at(at);
    let details = borrowed(object);
    let named = |ty: &TokenStream| quote_spanned!(at=> #q::fits::Named::<#ty>::NEW.of());
    let of = match (&action.declaration.category, &action.resource) {
        (Some(category), _) if category.is("state") => {
            return quote_spanned!(span=> #opening.details(#q::demands::RecordsState::met(#details)););
        }
        (Some(Category::Declared(path)), _) => {
            let of = quote_spanned!(at=> #q::fits::NamedCategory::<#path>::NEW.of());
            return quote_spanned!(span=> #opening.details(#q::demands::Demands::met(#of, #details)););
        }
        (None, Resource::Value { known: Known::Type(ty), .. }) => named(ty),
        (None, Resource::Value { known: Known::Receiver(this), .. }) => named(&this.to_token_stream()),
        (None, Resource::Value { known: Known::Inferred, .. }) => {
            let of = located(&inferred(span), at);
            quote_spanned!(at=> { #of })
        }
        _ => return quote_spanned!(span=> #opening.details(#details);),
    };
    let met = quote_spanned!(at=> #q::demands::Defaults::met(#of, #details));
    let value = Ident::new("__events_value", span.located_at(at));
    quote_spanned!(span=> match #met { #value => #opening.details(#value) })
}

/// A resource whose type is inferred: the href, and what stands for the type.
fn inferred_resource(action: &Action, both: &TokenStream, opening: &Ident) -> TokenStream {
    let (span, at) = (Span::mixed_site(), action.declaration.literal.span());
    let (href, named) = (Ident::new("__events_href", span), Ident::new("__events_named", span.located_at(at)));
    let (event, of, q) = (self::named(action, "Event"), inferred(span), action.runtime.at(at));
    // Braces, because an error about a name alone is shown where it was given its value.
    let check = quote_spanned!(at=> #q::fits::Fits::<#event>::check({ #named }););
    quote_spanned! {span=>
        let #of = match #both {
            (#href, #named) => {
                let #named = #named.of();
                #check
                #opening.resource(#href);
                #named
            }
        };
    }
}

/// The name of what stands for a resource type that is inferred.
fn inferred(span: Span) -> Ident {
    Ident::new("__events_of", span)
}

fn said_detail(detail: &Detail, opening: &Ident) -> TokenStream {
    let span = Span::mixed_site();
    let Detail { cfgs, name, value, span: at, ty, .. } = detail;
    let value = borrowed(value);
    match ty {
        None => quote_spanned!(span=> #(#cfgs)* #opening.detail(#name, #value);),
        Some(ty) => {
            let typed = Ident::new("__events_value", span.located_at(*at));
            quote_spanned!(span=> #(#cfgs)* {
                let #typed: &#ty = #value;
                #opening.detail(#name, #typed);
            })
        }
    }
}
