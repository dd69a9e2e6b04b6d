//! The macros, called as functions: their expansions and their hygiene. What they say about mistakes is in `tests/compile`.

mod expansions;
mod hygiene;

use proc_macro2::TokenStream;

use crate::mistakes::Mistakes;
use crate::{action, category, event_details, record, resource};

/// One of the macros of this crate.
#[derive(Clone, Copy)]
enum Macro {
    Action,
    Resource,
    Category,
    EventDetails,
    Record,
}

impl Macro {
    /// Expands an item; the mistakes stand beside the expansion.
    fn expand(self, arguments: TokenStream, item: TokenStream) -> (TokenStream, Vec<String>) {
        let mut mistakes = Mistakes::default();
        let tokens = match self {
            Macro::Action => action::expand(arguments, item, &mut mistakes),
            Macro::Resource => resource::expand(arguments, item, &mut mistakes),
            Macro::Category => category::expand(arguments, item, &mut mistakes),
            Macro::EventDetails => event_details::expand(item, &mut mistakes),
            Macro::Record => record::expand(item, &mut mistakes),
        };
        (tokens, mistakes.messages())
    }
}
