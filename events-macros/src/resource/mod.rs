//! `#[resource(events)]`: on a struct it registers the type, on an impl it records the methods.

mod check;
mod expand;
mod methods;
mod model;

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::ItemStruct;

use crate::arguments::{Arguments, Key, Keys};
use crate::codes;
use crate::mistakes::Mistakes;

/// What `#[resource(…)]` may say.
const KEYS: Keys = &[
    Key { name: "events", usage: "events" },
    Key { name: "name", usage: "name = \"nuvlabox\"" },
    Key { name: "category", usage: "category = \"action\"" },
    Key { name: "severity", usage: "severity = \"medium\"" },
    Key { name: "enabled", usage: "enabled = false" },
    Key { name: "id", usage: "id = <field>" },
    Key { name: "krate", usage: "krate = path::to::events" },
];

/// Expands `#[resource(…)]` on an item.
pub(crate) fn expand(arguments: TokenStream, item: TokenStream, mistakes: &mut Mistakes) -> TokenStream {
    let arguments = Arguments::parse(arguments, KEYS, mistakes);
    if let Some(methods) = methods::Methods::split(&item) {
        let krate = check::check_methods(arguments, mistakes);
        return methods.expand(krate, mistakes);
    }
    let Ok(item_struct) = syn::parse2::<ItemStruct>(item.clone()) else {
        refuse_item(&item, mistakes);
        return item;
    };
    let resource = check::check_struct(arguments, &item_struct, mistakes);
    let mut tokens = item;
    tokens.extend(resource.as_ref().map(expand::registration));
    tokens
}

/// Reports an item that is neither a struct nor an impl.
fn refuse_item(item: &TokenStream, mistakes: &mut Mistakes) {
    const ITEMS: [&str; 11] =
        ["struct", "impl", "enum", "union", "trait", "mod", "fn", "type", "static", "const", "use"];
    let word = item.clone().into_iter().find_map(|token| match token {
        // A struct or an impl that is being typed: the compiler says what is wrong with it.
        TokenTree::Ident(word) if ITEMS.iter().any(|item| word == item) => Some(word),
        _ => None,
    });
    match word {
        Some(word) if word == "struct" || word == "impl" => {}
        Some(word) => {
            let instead = if word == "fn" { ": on a function it is `#[action(event = \"…\")]`" } else { "" };
            let message = format!("`#[resource(events)]` goes on a struct or on an `impl`, not on `{word}`{instead}");
            mistakes.at(word.span(), codes::NOT_A_RESOURCE, message);
        }
        None => mistakes.at(
            Span::call_site(),
            codes::NOT_A_RESOURCE,
            "`#[resource(events)]` goes on a struct or on an `impl`",
        ),
    }
}
