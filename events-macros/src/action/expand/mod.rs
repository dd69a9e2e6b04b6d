//! The body of an annotated function.
//!
//! Spans, and why: what is ours is at `mixed_site`, so that it can neither capture nor shadow a name
//! of the user and lints leave it alone. Where an error would be about something the user wrote (a
//! detail, the resource, the return type, the event type) the tokens around it are at *its* span, so
//! that the caret is exactly there.

mod declare;
mod ending;
mod fit;
mod opening;

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream};
use quote::quote_spanned;
use syn::Expr;
use syn::spanned::Spanned as _;

use super::model::{Action, Body, Captured, Details, Known, Resource};
use crate::function::group;
use crate::returns::Returns;

/// The braces that replace those of the function.
pub(super) fn body(action: &Action) -> Group {
    match &action.body {
        Body::Async { block, captured } => group(Delimiter::Brace, recorded(action, block, captured), block.span()),
        Body::Boxed(boxed, braces) => {
            let inner = group(Delimiter::Brace, recorded(action, &boxed.block, &[]), boxed.block.span());
            boxed.around(inner, *braces)
        }
    }
}

/// The life of one call: declare, open, run, end, finish.
fn recorded(action: &Action, block: &Group, captured: &[Captured]) -> TokenStream {
    let span = Span::mixed_site();
    let p = action.runtime.at(span);
    let [call, out] = ["__events_call", "__events_out"].map(|name| Ident::new(name, span));
    let declare = declare::declare(action);
    let check = fit::check(action);
    let new = match &action.context {
        None => quote_spanned!(span=> #p::Call::new(&__EVENTS_DECLARATION)),
        Some(context) => {
            let at = context.span();
            let q = action.runtime.at(at);
            let context = borrowed(context);
            let context = quote_spanned!(at=> #q::asked::GivesContext::context(#context));
            quote_spanned!(span=> #p::Call::in_context(&__EVENTS_DECLARATION, #context))
        }
    };
    let room = action.payload.request.as_ref().map(|_| {
        let refuse = ending::refuse(action);
        quote_spanned! {span=>
            if let #p::Result::Err(__events_refused) = #call.room().await { #refuse }
        }
    });
    let opening = opening::opening(action, &call);
    let captured = captured.iter().map(capture);
    let never = inference(action);
    let label = label(block);
    let body = quote_spanned! {span=>
        async move {
            #never
            #(#captured)*
            #label #block
        }
    };
    let body = match &action.returns {
        Returns::Response { span: at } => {
            let q = action.runtime.at(*at);
            quote_spanned!(*at=> #q::axum::responding(#body))
        }
        Returns::Named { .. } | Returns::Opaque { .. } => body,
    };
    let refused = ending::refused(action);
    let read = ending::read(action, &call, &out);
    let import = action.runtime.import(&fallbacks(action), span);
    quote_spanned! {span=>
        #import
        #declare
        #check
        let mut #call = #new;
        #room
        #opening
        // Built before the opening is awaited, so that the arguments move into it here; polled after that.
        #call.drive(#body, #refused, #read).await
    }
}

/// The traits that answer where nothing is known of a type that is asked about.
fn fallbacks(action: &Action) -> Vec<&'static str> {
    let known = match &action.resource {
        Resource::Value { known, .. } => Some(known),
        Resource::Unnamed => None,
    };
    let names = matches!(known, Some(Known::Inferred)) || matches!(action.details, Details::Object(_));
    let all = [
        ("NotKnown", matches!(known, Some(Known::Type(_)))),
        ("NotNamed", names),
        ("Silent", ending::told(action).is_some()),
    ];
    all.into_iter().filter(|(_, needed)| *needed).map(|(name, _)| name).collect()
}

/// A label before the user's own braces: a bare block there would be linted as unnecessary. Its span is
/// theirs, because a block is of the edition of its first token, and the edition decides when the
/// temporaries of its last expression are dropped.
fn label(block: &Group) -> TokenStream {
    let at = block.span_open();
    quote_spanned!(at=> '__events_body:)
}

/// The unreachable first line that gives the body its type.
fn inference(action: &Action) -> TokenStream {
    let Returns::Named { ty, span } = &action.returns else {
        return TokenStream::new();
    };
    let p = action.runtime.at(*span);
    quote_spanned!(*span=> if false { return #p::never::<#ty>(); })
}

/// A mention that moves a binding into the body.
fn capture(Captured { cfgs, name }: &Captured) -> TokenStream {
    let span = Span::mixed_site();
    // The name is the user's token, so the lint takes the mention for theirs.
    let lint =
        name.to_string().starts_with('_').then(|| quote_spanned!(span=> #[allow(clippy::used_underscore_binding)]));
    quote_spanned!(span=> #(#cfgs)* #lint let _ = &#name;)
}

/// A reference to what an expression gives. The whole of it is underlined in an error, which parentheses of ours would not be.
fn borrowed(value: &Expr) -> TokenStream {
    let at = value.span();
    match value {
        Expr::Binary(_)
        | Expr::Cast(_)
        | Expr::Range(_)
        | Expr::Assign(_)
        | Expr::Closure(_)
        | Expr::Return(_)
        | Expr::Break(_)
        | Expr::Yield(_) => quote_spanned!(at=> &(#value)),
        _ => quote_spanned!(at=> &#value),
    }
}

/// A name of ours, at a place of the user's.
fn located(name: &Ident, at: Span) -> Ident {
    Ident::new(&name.to_string(), name.span().located_at(at))
}
