//! The attribute and derive macros of `events`. Use them through that crate, which documents them.
//!
//! Each macro reads what was written into a raw model, checks it into another type that cannot be
//! wrong, and expands that. All mistakes are reported at once, and the item is always emitted.

mod action;
mod arguments;
mod category;
mod classification;
mod codes;
mod debug;
mod declaration;
mod duration;
mod event_details;
mod event_type;
mod function;
mod message;
mod mistakes;
mod record;
mod resource;
mod returns;
mod runtime;
#[cfg(test)]
mod tests;
mod words;

use proc_macro::TokenStream;

/// Records every call of an async function or method: see `events::action`.
#[proc_macro_attribute]
pub fn action(arguments: TokenStream, item: TokenStream) -> TokenStream {
    debug::shown("#[action]", mistakes::answer(|mistakes| action::expand(arguments.into(), item.into(), mistakes)))
        .into()
}

/// Registers a resource type, or records the methods of an impl: see `events::resource`.
#[proc_macro_attribute]
pub fn resource(arguments: TokenStream, item: TokenStream) -> TokenStream {
    debug::shown("#[resource]", mistakes::answer(|mistakes| resource::expand(arguments.into(), item.into(), mistakes)))
        .into()
}

/// Declares a category of events: see `events::category`.
#[proc_macro_attribute]
pub fn category(arguments: TokenStream, item: TokenStream) -> TokenStream {
    debug::shown("#[category]", mistakes::answer(|mistakes| category::expand(arguments.into(), item.into(), mistakes)))
        .into()
}

/// Declares a direct event by its type: see `events::EventDetails`.
#[proc_macro_derive(EventDetails, attributes(event, record))]
pub fn event_details(item: TokenStream) -> TokenStream {
    debug::shown("#[derive(EventDetails)]", mistakes::answer(|mistakes| event_details::expand(item.into(), mistakes)))
        .into()
}

/// Makes a value one that may be recorded: see `events::Record`.
#[proc_macro_derive(Record, attributes(record))]
pub fn record(item: TokenStream) -> TokenStream {
    debug::shown("#[derive(Record)]", mistakes::answer(|mistakes| record::expand(item.into(), mistakes))).into()
}
