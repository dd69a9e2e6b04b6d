//! From what `#[resource(…)]` says to a resource type.

use proc_macro2::Span;
use syn::ext::IdentExt as _;
use syn::{Expr, Fields, Index, ItemStruct, Lit, LitStr, Member, Path};

use super::model::ResourceType;
use crate::arguments::{Arguments, Entry, Given, literal, strings};
use crate::classification::{Category, Severity};
use crate::codes;
use crate::event_type::{check_operation, check_resource_type};
use crate::mistakes::Mistakes;
use crate::runtime::Runtime;
use crate::words::{kebab, nearest_kebab, unknown};

/// Checks the attribute of a struct. Mistakes make it a stand-in; a generic struct is none at all.
pub(super) fn check_struct(
    mut arguments: Arguments,
    item: &ItemStruct,
    mistakes: &mut Mistakes,
) -> Option<ResourceType> {
    let before = arguments.mistakes_before();
    let runtime = Runtime::new(arguments.path("krate", mistakes));
    let (operations, span) = check_events(&mut arguments, mistakes);
    let name = check_name(&mut arguments, item, mistakes);
    let category = Category::take(&mut arguments, mistakes);
    let severity = Severity::take(&mut arguments, mistakes);
    let enabled = arguments.flag("enabled", mistakes).unwrap_or(true);
    let id = check_id(&mut arguments, item, mistakes);
    debug_assert!(arguments.rest().is_empty(), "a key of the table is never taken");
    if !item.generics.params.is_empty() {
        let message = "a resource type has one name, so its struct has no generic parameters: \
                       put `#[resource(events)]` on a struct without them";
        mistakes.over(&item.generics, codes::GENERIC_TYPE, message);
        return None;
    }
    Some(ResourceType {
        runtime,
        item: item.ident.clone(),
        name,
        operations,
        category,
        severity,
        enabled,
        id,
        span,
        is_stand_in: mistakes.count() > before,
    })
}

/// The resource type: the name that is given, or that of the struct.
fn check_name(arguments: &mut Arguments, item: &ItemStruct, mistakes: &mut Mistakes) -> String {
    let from_struct = kebab(&item.ident.to_string());
    let given = arguments.take("name");
    let (name, span) = match &given {
        None => (from_struct, item.ident.span()),
        Some(Entry { given: Given::Value(value), .. }) if let Some(Lit::Str(name)) = literal(value) => {
            (name.value(), name.span())
        }
        Some(entry) => {
            entry.wrong(mistakes);
            return from_struct;
        }
    };
    if let Err((code, message)) = check_resource_type(&name) {
        let message = match given {
            Some(_) => message,
            None => format!("{message}; the struct may keep its name: add `name = \"…\"`"),
        };
        mistakes.at(span, code, message);
    }
    name
}

/// Checks the attribute of an impl, where only `events` and `krate` mean something.
pub(super) fn check_methods(mut arguments: Arguments, mistakes: &mut Mistakes) -> Option<Path> {
    let krate = arguments.path("krate", mistakes);
    match arguments.take("events") {
        Some(entry) => {
            if let Given::List(_) = entry.given {
                let message = "the operations of a type are listed on its struct: on an impl write `events` alone";
                mistakes.at(entry.key.span(), codes::STRUCT_KEY, message);
            } else if let Given::Value(_) = entry.given {
                entry.wrong(mistakes);
            }
        }
        None => missing_events("`#[resource(events)]`", &arguments, mistakes),
    }
    for entry in arguments.rest() {
        let key = &entry.key;
        mistakes.at(
            key.span(),
            codes::STRUCT_KEY,
            format!("`{key}` belongs to the type: say it on the struct, not on an impl"),
        );
    }
    krate
}

/// The operations of `events(…)`, and where `events` is.
fn check_events(arguments: &mut Arguments, mistakes: &mut Mistakes) -> (Option<Vec<LitStr>>, Span) {
    let Some(entry) = arguments.take("events") else {
        missing_events(
            "`#[resource(events)]`, or `#[resource(events(\"start\", …))]` for a closed set",
            arguments,
            mistakes,
        );
        return (None, Span::call_site());
    };
    let span = entry.key.span();
    match &entry.given {
        Given::Nothing => (None, span),
        Given::List(tokens) => {
            let operations = strings(tokens.clone(), "start", nearest_kebab, mistakes);
            (Some(check_operations(operations, mistakes)), span)
        }
        Given::Value(_) => {
            entry.wrong(mistakes);
            (None, span)
        }
    }
}

fn missing_events(write: &str, arguments: &Arguments, mistakes: &mut Mistakes) {
    if !arguments.meant("events") {
        mistakes.at(Span::call_site(), codes::MISSING_EVENTS, format!("missing `events`: write {write}"));
    }
}

fn check_operations(operations: Vec<LitStr>, mistakes: &mut Mistakes) -> Vec<LitStr> {
    let mut checked: Vec<LitStr> = Vec::new();
    for operation in operations {
        let value = operation.value();
        if let Err((code, message)) = check_operation(&value) {
            mistakes.at(operation.span(), code, message);
        } else if checked.iter().any(|other| other.value() == value) {
            mistakes.at(
                operation.span(),
                codes::REPEATED_OPERATION,
                format!("operation `{value}` is listed twice: keep one"),
            );
        } else {
            checked.push(operation);
        }
    }
    checked
}

/// The field that holds the href: the one named, or one called `id`, or none.
fn check_id(arguments: &mut Arguments, item: &ItemStruct, mistakes: &mut Mistakes) -> Option<Member> {
    let fields: Vec<String> =
        item.fields.iter().filter_map(|field| field.ident.as_ref().map(|name| name.unraw().to_string())).collect();
    let Some(entry) = arguments.take("id") else {
        let field = item.fields.iter().find(|field| field.ident.as_ref().is_some_and(|name| name == "id"))?;
        return field.ident.clone().map(Member::Named);
    };
    match &entry.given {
        Given::Value(value) => match (&**value, literal(value)) {
            (Expr::Path(path), _) if let Some(name) = path.path.get_ident() => {
                let field = name.unraw().to_string();
                if fields.contains(&field) {
                    return Some(Member::Named(name.clone()));
                }
                let names: Vec<&str> = fields.iter().map(String::as_str).collect();
                let message = if names.is_empty() {
                    format!("`{}` has no named fields, so `{field}` is none of them", item.ident)
                } else {
                    unknown("field", &field, &names)
                };
                mistakes.at(name.span(), codes::NO_SUCH_FIELD, message);
                return None;
            }
            (_, Some(Lit::Int(number)))
                if let (Fields::Unnamed(unnamed), Ok(at)) = (&item.fields, number.base10_parse::<u32>()) =>
            {
                if (at as usize) < unnamed.unnamed.len() {
                    return Some(Member::Unnamed(Index { index: at, span: number.span() }));
                }
                let message = format!(
                    "`{}` has no field `{at}`: write a number below {}, such as `id = 0`",
                    item.ident,
                    unnamed.unnamed.len()
                );
                mistakes.at(number.span(), codes::NO_SUCH_FIELD, message);
                return None;
            }
            _ => entry.wrong(mistakes),
        },
        Given::Nothing | Given::List(_) => entry.wrong(mistakes),
    }
    None
}
