//! The body of an annotated function.
//!
//! Spans, and why: what is ours is at `mixed_site`, so that it can neither capture nor shadow a name
//! of the user and lints leave it alone. Where an error would be about something the user wrote (a
//! detail, the resource, the return type, the event type) the tokens around it are at *its* span, so
//! that the caret is exactly there.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Expr, Path, Type};

use super::model::{Action, Body, Captured, Created, Detail, Details, Known, Resource};
use crate::classification::Category;
use crate::declaration::{detail_field, is_option};
use crate::event_type::{EventType, fingerprint};
use crate::function::group;
use crate::returns::{Returns, is_whole};
use crate::words::pascal;

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
    let declare = declare(action);
    let check = check(action);
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
        let refuse = refuse(action);
        quote_spanned! {span=>
            if let #p::Result::Err(__events_refused) = #call.room().await { #refuse }
        }
    });
    let opening = opening(action, &call);
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
    let refused = refused(action);
    let read = read(action, &call, &out);
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
    let all =
        [("NotKnown", matches!(known, Some(Known::Type(_)))), ("NotNamed", names), ("Silent", told(action).is_some())];
    all.into_iter().filter(|(_, needed)| *needed).map(|(name, _)| name).collect()
}

/// The declaration and its registration.
fn declare(action: &Action) -> TokenStream {
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

/// The names of the details as elements of an array, where the attribute lists them.
fn names(details: &Details) -> Option<Vec<TokenStream>> {
    let Details::Fields(details) = details else { return None };
    let name = |Detail { cfgs, name, .. }: &Detail| quote!(#(#cfgs)* #name);
    Some(details.iter().map(name).collect())
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

fn declared_detail(action: &Action, detail: &Detail) -> TokenStream {
    let ty = detail.ty.as_ref().or(detail.argument_type.as_ref());
    // A value of unknown type may be an `Option`, which is left out when it is none.
    let required = ty.is_some_and(|ty| !is_option(ty));
    detail_field(&detail.name, ty, required, &detail.cfgs, &action.runtime)
}

/// Prefix and closed set, checked in the length of an array: evaluated while the body is
/// type-checked, whether the function is used or not. Or, where the type of the resource is not
/// written, in a function that is instantiated with it.
fn check(action: &Action) -> TokenStream {
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
fn named(action: &Action, before: &str) -> Ident {
    let at = action.declaration.literal.span();
    let name = format!("{before}{}", pascal(&action.declaration.literal.value()));
    Ident::new(&name, Span::mixed_site().located_at(at))
}

/// What the opening event says, in the order of the document, and only when something is recorded.
fn opening(action: &Action, call: &Ident) -> TokenStream {
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

/// Leaves the function when the runtime refuses the call.
fn refuse(action: &Action) -> TokenStream {
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
fn refused(action: &Action) -> TokenStream {
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

/// A mention that moves a binding into the body.
fn capture(Captured { cfgs, name }: &Captured) -> TokenStream {
    let span = Span::mixed_site();
    // The name is the user's token, so the lint takes the mention for theirs.
    let lint =
        name.to_string().starts_with('_').then(|| quote_spanned!(span=> #[allow(clippy::used_underscore_binding)]));
    quote_spanned!(span=> #(#cfgs)* #lint let _ = &#name;)
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

/// How the ending, and what else the closing says, is read from what the body gave.
fn read(action: &Action, call: &Ident, out: &Ident) -> TokenStream {
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
fn told(action: &Action) -> Option<&Type> {
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

/// A name of ours, at a place of the user's.
fn located(name: &Ident, at: Span) -> Ident {
    Ident::new(&name.to_string(), name.span().located_at(at))
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
