//! How a call ended: read from what the body gave, or made of a refusal.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens as _, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Path, Type};

use super::located;
use crate::action::model::{Action, Created};
use crate::returns::{Returns, is_whole};

/// How the ending, and what else the closing says, is read from what the body gave.
pub(super) fn read(action: &Action, call: &Ident, out: &Ident) -> TokenStream {
    let span = Span::mixed_site();
    let p = action.runtime.at(span);
    if let Some(ty) = told(action) {
        return quote_spanned! {span=>
            #p::Read::Told([#p::Says::<#ty>::OK, #p::Says::<#ty>::ERROR, #p::Says::<#ty>::SHOWN, #p::Says::<#ty>::WHOLE])
        };
    }
    let ended = ended(action, call, out);
    let created = created(action, call, out);
    let outcome = action.payload.outcome.then(|| outcome(action, call, out));
    quote_spanned!(span=> #p::Read::By(|#call, #out| { #ended #created #outcome }))
}

/// The return type, where it alone says how the call ended and the closing says nothing else of what was returned.
pub(super) fn told(action: &Action) -> Option<&Type> {
    match &action.returns {
        Returns::Named { ty, .. }
            if action.outcome.is_none()
                && matches!(action.created, Created::Nothing)
                && !action.payload.outcome
                && is_whole(ty) =>
        {
            Some(ty)
        }
        _ => None,
    }
}

/// How it ended, read from what the body gave.
fn ended(action: &Action, call: &Ident, out: &Ident) -> TokenStream {
    let span = Span::mixed_site();
    match &action.outcome {
        Some(path) => {
            let at = path.span();
            let (q, out) = (action.runtime.at(at), located(out, at));
            let (ask, ty) = (Ident::new("__events_ask", at), returned(action));
            let ending = quote_spanned!(at=> #q::asked::AskEnding::<&#ty>::ending(#ask, #out));
            quote_spanned! {span=> {
                let #ask: fn(_) -> _ = #path;
                #call.ended(#ending);
            }}
        }
        None => {
            let ending = probed(action, out, "__events_ending");
            with_probes(action, &quote_spanned!(span=> #call.ended(#ending);))
        }
    }
}

/// What the function returns, as far as it is written.
fn returned(action: &Action) -> TokenStream {
    match &action.returns {
        Returns::Named { ty, .. } => ty.to_token_stream(),
        Returns::Opaque { span } | Returns::Response { span } => quote_spanned!(*span=> _),
    }
}

/// The href of what was added, read from what the body gave.
fn created(action: &Action, call: &Ident, out: &Ident) -> TokenStream {
    let span = Span::mixed_site();
    match &action.created {
        Created::Nothing => TokenStream::new(),
        Created::Answer => {
            let at = action.returns.span();
            let (q, out) = (action.runtime.at(at), located(out, at));
            let href = match &action.returns {
                Returns::Named { ty, .. } => quote_spanned!(at=> <#ty as #q::asked::TellsAdded>::added(#out)),
                Returns::Opaque { .. } | Returns::Response { .. } => {
                    quote_spanned!(at=> #q::asked::TellsAdded::added(#out))
                }
            };
            quote_spanned!(span=> #call.created(#href);)
        }
        Created::Outcome => {
            let href = probed(action, out, "__events_created");
            with_probes(action, &quote_spanned!(span=> #call.created(#href);))
        }
        Created::Function(path) => {
            let at = path.span();
            let (q, out) = (action.runtime.at(at), located(out, at));
            let (ask, ty) = (Ident::new("__events_ask", at), returned(action));
            let href = quote_spanned!(at=> #q::asked::AskCreated::<&#ty>::created(#ask, #out));
            quote_spanned! {span=> {
                let #ask: fn(_) -> _ = #path;
                #call.created(#href);
            }}
        }
    }
}

/// What the body gave, for the payload.
fn outcome(action: &Action, call: &Ident, out: &Ident) -> TokenStream {
    let span = Span::mixed_site();
    let p = action.runtime.at(span);
    let value = Ident::new("__events_value", span);
    // An error about a value that cannot be recorded belongs to the return type.
    let at = action.returns.span();
    let (q, out) = (action.runtime.at(at), located(out, at));
    let recorded = match &action.returns {
        Returns::Named { ty, .. } => quote_spanned!(at=> <#ty as #q::asked::OutcomeValue>::value(#out)),
        Returns::Opaque { .. } | Returns::Response { .. } => quote_spanned!(at=> #q::asked::OutcomeValue::value(#out)),
    };
    quote_spanned! {span=>
        if #call.wants_outcome() {
            if let #p::Option::Some(#value) = #recorded {
                #call.outcome(#value);
            }
        }
    }
}

/// A question to the value, answered by the most specific of several traits (autoref specialisation).
fn probed(action: &Action, out: &Ident, question: &str) -> TokenStream {
    let span = Span::mixed_site();
    let p = action.runtime.at(span);
    let question = Ident::new(question, span);
    // One `&` more than the most specific implementation has: method resolution tries the type itself
    // by value before it borrows once more.
    quote_spanned!(span=> (&&&&&&&&#p::Probe(#out)).#question())
}

/// A statement that asks such questions.
fn with_probes(action: &Action, statement: &TokenStream) -> TokenStream {
    let span = Span::mixed_site();
    let p = action.runtime.at(span);
    quote_spanned! {span=> {
        use #p::probe::*;
        #statement
    }}
}

/// Leaves the function when the runtime refuses the call.
pub(super) fn refuse(action: &Action) -> TokenStream {
    let span = Span::mixed_site();
    let why = Ident::new("__events_refused", span);
    let value = match &action.refused {
        Some(path) => refused_by(action, path, &why),
        None => {
            let refused = refused(action);
            quote_spanned!(span=> #refused(#why))
        }
    };
    quote_spanned!(span=> return #value;)
}

/// The function that makes a value of a refusal.
pub(super) fn refused(action: &Action) -> TokenStream {
    let at = action.returns.span();
    let p = action.runtime.at(at);
    match (&action.refused, &action.returns) {
        (Some(path), _) => {
            let span = Span::mixed_site();
            let why = Ident::new("__events_refused", span);
            let value = refused_by(action, path, &why);
            quote_spanned!(span=> |#why| #value)
        }
        (None, Returns::Response { .. }) => quote_spanned!(at=> #p::axum::refused),
        (None, Returns::Named { ty, .. }) => quote_spanned!(at=> <#ty as #p::Refusable>::refused),
        (None, Returns::Opaque { .. }) => quote_spanned!(at=> #p::Refusable::refused),
    }
}

/// What a function of the user makes of a refusal.
fn refused_by(action: &Action, path: &Path, why: &Ident) -> TokenStream {
    let (span, at) = (Span::mixed_site(), path.span());
    let q = action.runtime.at(at);
    match &action.returns {
        Returns::Named { ty, .. } => {
            let ask = Ident::new("__events_ask", at);
            let asked = quote_spanned!(at=> #q::asked::Refusing::<_, #ty>::by(#ask));
            let value = quote_spanned!(at=> #q::asked::AskRefused::<#ty>::refused(#asked, #why));
            quote_spanned!(span=> { let #ask: fn(_) -> _ = #path; #value })
        }
        Returns::Opaque { .. } => quote_spanned!(at=> #path(#why)),
        Returns::Response { span: at } => {
            let p = action.runtime.at(*at);
            quote_spanned!(*at=> #p::axum::into_response(#path(#why)))
        }
    }
}
