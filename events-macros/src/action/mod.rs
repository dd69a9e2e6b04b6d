//! `#[action(…)]`: a function or a method whose calls are recorded.

mod check;
mod details;
mod expand;
mod keys;
mod model;

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::{Ident, Path, Type};

use crate::arguments::Arguments;
use crate::codes;
use crate::function::Function;
use crate::mistakes::Mistakes;

/// What is known about the place where the function stands.
#[derive(Default)]
pub(crate) struct Surroundings {
    /// `krate = path` of the impl.
    pub(crate) krate: Option<Path>,
    /// The type of the impl, in the impl form.
    pub(crate) self_type: Option<Type>,
    /// The generic parameters of the impl, in the impl form.
    pub(crate) generics: Vec<String>,
    /// The attribute of the function, in the impl form: there the call site is that of the impl.
    pub(crate) attribute: Option<Span>,
}

/// A function that was expanded, or is as it was written because something is wrong.
pub(crate) struct Expanded {
    pub(crate) tokens: TokenStream,
    /// The literal of the event type, where nothing is wrong.
    pub(crate) event: Option<syn::LitStr>,
}

/// Expands `#[action(…)]` on an item.
pub(crate) fn expand(arguments: TokenStream, item: TokenStream, mistakes: &mut Mistakes) -> TokenStream {
    match syn::parse2::<Function>(item.clone()) {
        Ok(function) => expand_function(arguments, &function, &Surroundings::default(), mistakes).tokens,
        Err(_) => {
            check_item(&item, mistakes);
            // A function that is being typed: the compiler and the editor say what is wrong with it.
            item
        }
    }
}

/// Expands `#[action(…)]` on a function, in known surroundings.
pub(crate) fn expand_function(
    arguments: TokenStream,
    function: &Function,
    surroundings: &Surroundings,
    mistakes: &mut Mistakes,
) -> Expanded {
    let arguments = Arguments::parse(arguments, keys::ACTION, mistakes);
    match check::check(arguments, function, surroundings, mistakes) {
        Some(action) => {
            Expanded { tokens: function.around(expand::body(&action)), event: Some(action.declaration.literal) }
        }
        None => Expanded { tokens: function.as_written(), event: None },
    }
}

/// Reports an item that is no function at all.
fn check_item(item: &TokenStream, mistakes: &mut Mistakes) {
    const ITEMS: &[&str] =
        &["struct", "enum", "union", "impl", "trait", "mod", "static", "type", "use", "fn", "macro_rules", "const"];
    let word = item.clone().into_iter().find_map(|token| match token {
        TokenTree::Ident(word) if ITEMS.contains(&word.to_string().as_str()) => Some(word),
        _ => None,
    });
    // A function that is being typed. The first of several words decides: a `const fn` has parsed.
    let is_half_typed = |word: &Ident| word == "fn" || word == "const" && mentions_fn(item);
    let Some(word) = word.filter(|word| !is_half_typed(word)) else {
        return;
    };
    let instead = if word == "struct" || word == "impl" { ": `#[resource(events)]` goes here" } else { "" };
    mistakes.at(
        word.span(),
        codes::NOT_A_FUNCTION,
        format!("`#[action]` goes on an `async fn`, not on `{word}`{instead}"),
    );
}

fn mentions_fn(item: &TokenStream) -> bool {
    item.clone().into_iter().any(|token| matches!(token, TokenTree::Ident(word) if word == "fn"))
}
