//! `details(force, size: u64 = expression)` and `details = expression`.

use proc_macro2::TokenStream;
use syn::ext::IdentExt as _;
use syn::parse::ParseStream;
use syn::spanned::Spanned as _;
use syn::{Attribute, Expr, Ident, Lit, Token, Type};

use super::model::{Detail, Details};
use crate::arguments::{Arguments, Given, each};
use crate::codes;
use crate::function::Binding;
use crate::mistakes::Mistakes;
use crate::words::{kebab, nearest};

/// One item of the list, as written.
struct RawDetail {
    cfgs: Vec<Attribute>,
    name: Ident,
    ty: Option<Type>,
    value: Option<Expr>,
}

/// Takes the key `details`. `bindings` are those of the arguments.
pub(super) fn take(arguments: &mut Arguments, bindings: &[Binding], mistakes: &mut Mistakes) -> Details {
    let Some(entry) = arguments.take("details") else {
        return Details::Fields(Vec::new());
    };
    match entry.given {
        Given::Value(object) => Details::Object(*object),
        Given::List(tokens) => Details::Fields(check(parse(tokens, mistakes), bindings, mistakes)),
        Given::Nothing => {
            entry.wrong(mistakes);
            Details::Fields(Vec::new())
        }
    }
}

fn parse(tokens: TokenStream, mistakes: &mut Mistakes) -> Vec<RawDetail> {
    each(tokens, mistakes, |input| {
        let span = input.span();
        parse_one(input).map_err(|error| {
            let here = input.is_empty() || input.peek(Token![,]);
            let message = format!("{error}: write `name`, `name = expression` or `name: Type = expression`");
            (if here { span } else { error.span() }, message)
        })
    })
}

fn parse_one(input: ParseStream<'_>) -> syn::Result<RawDetail> {
    let cfgs = input.call(Attribute::parse_outer)?;
    let name = input.parse()?;
    let ty = if input.parse::<Option<Token![:]>>()?.is_some() { Some(input.parse()?) } else { None };
    let value = if input.parse::<Option<Token![=]>>()?.is_some() { Some(input.parse()?) } else { None };
    Ok(RawDetail { cfgs, name, ty, value })
}

fn check(raw: Vec<RawDetail>, bindings: &[Binding], mistakes: &mut Mistakes) -> Vec<Detail> {
    let mut details: Vec<Detail> = Vec::new();
    for RawDetail { cfgs, name, ty, value } in raw {
        let kebab = kebab(&name.unraw().to_string());
        // Two of one name may each have its `#[cfg]`.
        if details.iter().any(|detail| detail.name == kebab && detail.cfgs.is_empty() && cfgs.is_empty()) {
            mistakes.at(name.span(), codes::REPEATED_DETAIL, format!("detail `{name}` is given twice: keep one"));
            continue;
        }
        let argument_type = match &value {
            None => bindings.iter().find(|binding| binding.name == name).and_then(|binding| binding.ty.clone()),
            Some(Expr::Lit(value)) => literal_type(&value.lit),
            Some(_) => None,
        };
        if ty.is_none() && argument_type.is_none() {
            mistakes.at(name.span(), codes::UNTYPED_DETAIL, untyped(&name, value.as_ref(), bindings));
        }
        let value = value.unwrap_or_else(|| syn::parse_quote!(#name));
        let span = value.span();
        details.push(Detail { cfgs, name: kebab, value, span, ty, argument_type });
    }
    details
}

/// The type of a literal that says it.
fn literal_type(literal: &Lit) -> Option<Type> {
    let suffix = match literal {
        Lit::Bool(_) => "bool",
        Lit::Char(_) => "char",
        Lit::Str(_) => return Some(syn::parse_quote!(&'static str)),
        Lit::Int(number) => number.suffix(),
        Lit::Float(number) => number.suffix(),
        _ => "",
    };
    syn::parse_str(suffix).ok()
}

/// What to write where nothing says the type of a detail.
fn untyped(name: &Ident, value: Option<&Expr>, bindings: &[Binding]) -> String {
    if value.is_some() {
        return format!("the type of detail `{name}` is not known: write `{name}: <Type> = …`");
    }
    let arguments: Vec<String> =
        bindings.iter().filter(|binding| !binding.is_hidden).map(|binding| binding.name.to_string()).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    if arguments.contains(&name.to_string().as_str()) {
        return format!("the signature does not say the type of `{name}`: write `{name}: <Type>`");
    }
    match nearest(&name.to_string(), &arguments) {
        Some(near) => format!("no argument is called `{name}`: did you mean `{near}`?"),
        None => format!("no argument is called `{name}`: write `{name}: <Type> = …`"),
    }
}

impl Details {
    /// The names of the details, where the attribute lists them.
    pub(super) fn names(&self) -> Option<Vec<String>> {
        match self {
            Details::Fields(details) => Some(details.iter().map(|detail| detail.name.clone()).collect()),
            Details::Object(_) => None,
        }
    }
}
