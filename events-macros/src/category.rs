//! `#[category("billing", details(amount: u64, currency?))]`: a category that an application declares.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::{DeriveInput, Ident, LitStr, Token, Type};

use crate::arguments::{Arguments, First, Given, Key, Keys, each};
use crate::classification::CATEGORIES;
use crate::codes;
use crate::declaration::{detail_field, is_option, kebab_value, location};
use crate::event_type::fingerprint;
use crate::mistakes::Mistakes;
use crate::runtime::Runtime;
use crate::words::{kebab, list};

const KEYS: Keys = &[
    Key { name: "details", usage: "details(amount: u64, currency?)" },
    Key { name: "krate", usage: "krate = path::to::events" },
];

/// A category that passed every check, or what stands in for one that did not.
struct Category {
    runtime: Runtime,
    item: Ident,
    name: String,
    details: Vec<Detail>,
    span: Span,
    is_stand_in: bool,
}

/// One detail of the default spec: required unless it is written with `?`, or its type is an `Option`.
struct Detail {
    name: String,
    ty: Option<Type>,
    required: bool,
}

/// Expands `#[category(…)]` on a type.
pub(crate) fn expand(arguments: TokenStream, item: TokenStream, mistakes: &mut Mistakes) -> TokenStream {
    let (first, arguments) = Arguments::parse_after_literal(arguments, KEYS, mistakes);
    let Ok(input) = syn::parse2::<DeriveInput>(item.clone()) else {
        let message = "`#[category(\"…\")]` goes on a type, such as `struct Billing;`";
        mistakes.at(Span::call_site(), codes::NOT_A_CATEGORY, message);
        return item;
    };
    let category = check(first, arguments, &input, mistakes);
    let mut tokens = item;
    tokens.extend(category.as_ref().map(registration));
    tokens
}

fn check(first: First, mut arguments: Arguments, input: &DeriveInput, mistakes: &mut Mistakes) -> Option<Category> {
    let before = arguments.mistakes_before();
    let runtime = Runtime::new(arguments.path("krate", mistakes));
    let write = "write `#[category(\"billing\")]`";
    let (span, name) = match &first {
        First::Literal(name) => (name.span(), check_name(name, mistakes)),
        First::Other(span) => {
            mistakes.at(*span, codes::WRONG_VALUE, format!("the name of the category is a string: {write}"));
            (*span, None)
        }
        First::Nothing => {
            let message = format!("the name of the category is missing: {write}");
            mistakes.at(Span::call_site(), codes::WRONG_VALUE, message);
            (Span::call_site(), None)
        }
    };
    let details = check_details(&mut arguments, mistakes);
    if !input.generics.params.is_empty() {
        let message = "a category has one name, so its type has no generic parameters: put `#[category(\"…\")]` on a type without them";
        mistakes.over(&input.generics, codes::GENERIC_TYPE, message);
        return None;
    }
    Some(Category {
        runtime,
        item: input.ident.clone(),
        name: name.unwrap_or_else(|| kebab(&input.ident.to_string())),
        details,
        span,
        is_stand_in: mistakes.count() > before,
    })
}

fn check_name(name: &LitStr, mistakes: &mut Mistakes) -> Option<String> {
    let value = kebab_value(name, mistakes)?;
    if CATEGORIES.contains(&value.as_str()) {
        let message =
            format!("`{value}` is built in (as are {}): use it as a string, or choose another name", list(CATEGORIES));
        mistakes.at(name.span(), codes::BUILT_IN_CATEGORY, message);
        return None;
    }
    Some(value)
}

fn check_details(arguments: &mut Arguments, mistakes: &mut Mistakes) -> Vec<Detail> {
    let Some(entry) = arguments.take("details") else {
        return Vec::new();
    };
    let Given::List(tokens) = &entry.given else {
        entry.wrong(mistakes);
        return Vec::new();
    };
    let raw = each(tokens.clone(), mistakes, |input| {
        let span = input.span();
        let one = || -> syn::Result<(Ident, bool, Option<Type>)> {
            let name = input.parse()?;
            let optional = input.parse::<Option<Token![?]>>()?.is_some();
            let ty = if input.parse::<Option<Token![:]>>()?.is_some() { Some(input.parse()?) } else { None };
            Ok((name, optional, ty))
        };
        one().map_err(|_| {
            (span, "expected a detail: write `amount`, `amount: u64` or, when it may be absent, `amount?`".to_owned())
        })
    });
    let mut details: Vec<Detail> = Vec::new();
    for (name, optional, ty) in raw {
        let kebab = kebab(&name.unraw().to_string());
        if details.iter().any(|detail| detail.name == kebab) {
            mistakes.at(name.span(), codes::REPEATED_DETAIL, format!("detail `{name}` is given twice: keep one"));
            continue;
        }
        let required = !optional && !ty.as_ref().is_some_and(is_option);
        details.push(Detail { name: kebab, ty, required });
    }
    details
}

fn registration(category: &Category) -> TokenStream {
    let span = Span::mixed_site();
    let runtime = &category.runtime;
    let p = runtime.at(span);
    let Category { item, name, .. } = category;
    let details = category
        .details
        .iter()
        .map(|detail| detail_field(&detail.name, detail.ty.as_ref(), detail.required, &[], runtime));
    let location = location(category.span, runtime);
    let submit = (!category.is_stand_in)
        .then(|| quote_spanned!(span=> #p::inventory::submit! { #p::Registration::Category(&__EVENTS_DECLARATION) }));
    let demands = demands(category);
    quote_spanned! {span=>
        const _: () = {
            static __EVENTS_DECLARATION: #p::CategoryDeclaration = #p::CategoryDeclaration::new(#p::CategorySpec {
                name: #name,
                details: &[#(#details),*],
                location: #location,
            });
            #submit
            #[automatically_derived]
            impl #p::Category for #item {
                const DECLARATION: &'static #p::CategoryDeclaration = &__EVENTS_DECLARATION;
            }
            #demands
        };
    }
}

/// What it demands of details that are a value: names as numbers, in a list of types.
fn demands(category: &Category) -> TokenStream {
    let span = Span::mixed_site();
    let p = category.runtime.at(span);
    let item = &category.item;
    let demanded = category.details.iter().filter(|detail| detail.required && !category.is_stand_in);
    let list = demanded.rev().fold(quote!(()), |rest, detail| {
        let name = fingerprint(&detail.name);
        quote_spanned!(span=> (#p::demands::Name<#name>, #rest))
    });
    quote_spanned! {span=>
        impl #p::demands::Demanding for #item {
            type Details = #list;
        }
    }
}
