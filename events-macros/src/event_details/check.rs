//! From `#[event("…")]` and the fields of a struct to a direct event.

use proc_macro2::TokenStream;
use syn::{Attribute, Data, DeriveInput, Expr, Fields, LitStr, Meta, Path};

use crate::arguments::{Arguments, First, Key, Keys};
use crate::codes;
use crate::declaration::Declaration;
use crate::mistakes::Mistakes;
use crate::record::Field;
use crate::runtime::Runtime;

/// What `#[event("…", …)]` may say after the event type.
const KEYS: Keys = &[
    Key { name: "category", usage: "category = \"state\"" },
    Key { name: "subcategory", usage: "subcategory = \"maintenance\"" },
    Key { name: "severity", usage: "severity = \"low\"" },
    Key { name: "resource", usage: "resource = Nuvlabox" },
    Key { name: "linked", usage: "linked = field" },
    Key { name: "message", usage: "message = \"{resource} is now {details.new_state}\"" },
    Key { name: "version", usage: "version = 2" },
    Key { name: "mandatory", usage: "mandatory" },
    Key { name: "allow_anon", usage: "allow_anon" },
    Key { name: "krate", usage: "krate = path::to::events" },
];

/// A direct event that passed every check.
pub(super) struct DirectEvent {
    pub(super) runtime: Runtime,
    pub(super) declaration: Declaration,
    /// The resource type that it is about; nothing: any.
    pub(super) resource: Option<Path>,
    pub(super) fields: Vec<Field>,
    /// The fields that hold other resources that it touches.
    pub(super) linked: Vec<Field>,
}

pub(super) fn check(input: &DeriveInput, mistakes: &mut Mistakes) -> Option<DirectEvent> {
    let before = mistakes.count();
    let fields = check_fields(input, mistakes);
    let (event, mut arguments) = event_attribute(input, mistakes)?;
    let runtime = Runtime::new(arguments.path("krate", mistakes));
    let names: Option<Vec<String>> =
        fields.as_ref().map(|fields| fields.iter().map(|field| field.name.clone()).collect());
    let declaration = Declaration::check(&mut arguments, event, names.as_deref(), mistakes);
    let resource = check_resource(&mut arguments, mistakes);
    let linked = check_linked(&mut arguments, &input.data, mistakes);
    debug_assert!(arguments.rest().is_empty(), "a key of the table is never taken");
    if mistakes.count() > before {
        return None;
    }
    Some(DirectEvent { runtime, declaration: declaration?, resource, fields: fields?, linked })
}

fn check_fields(input: &DeriveInput, mistakes: &mut Mistakes) -> Option<Vec<Field>> {
    let message = "a direct event is a struct with named fields: give each detail a field of its own";
    match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(named) => {
                return Some(Field::check_all(named, mistakes));
            }
            Fields::Unit => return Some(Vec::new()),
            Fields::Unnamed(_) => mistakes.over(&data.fields, codes::DETAILS_SHAPE, message),
        },
        Data::Enum(data) => mistakes.at(data.enum_token.span, codes::DETAILS_SHAPE, message),
        Data::Union(data) => mistakes.at(data.union_token.span, codes::DETAILS_SHAPE, message),
    }
    None
}

/// The event type and the keys of the one `#[event(…)]`.
fn event_attribute(input: &DeriveInput, mistakes: &mut Mistakes) -> Option<(Option<LitStr>, Arguments)> {
    let mut attributes = input.attrs.iter().filter(|attribute| attribute.path().is_ident("event"));
    let Some(attribute) = attributes.next() else {
        let message = "missing `#[event(\"<resource-type>.<operation>\")]` under the derive";
        mistakes.at(input.ident.span(), codes::MISSING_EVENT, message);
        return None;
    };
    for another in attributes {
        mistakes.over(another.path(), codes::REPEATED_KEY, "`#[event]` is given twice: keep one");
    }
    let (first, arguments) = Arguments::parse_after_literal(attribute_tokens(attribute), KEYS, mistakes);
    let write = "write `#[event(\"<resource-type>.<operation>\", …)]`";
    let event = match first {
        First::Literal(event) => Some(event),
        First::Other(span) => {
            mistakes.at(span, codes::WRONG_VALUE, format!("the event type is a string: {write}"));
            None
        }
        First::Nothing => {
            mistakes.over(attribute.path(), codes::MISSING_EVENT, format!("the event type comes first: {write}"));
            None
        }
    };
    Some((event, arguments))
}

fn attribute_tokens(attribute: &Attribute) -> TokenStream {
    match &attribute.meta {
        Meta::List(list) => list.tokens.clone(),
        Meta::Path(_) | Meta::NameValue(_) => TokenStream::new(),
    }
}

/// `linked = parameter`, `linked(parameter, module)`: fields, also such as are recorded nowhere else.
fn check_linked(arguments: &mut Arguments, data: &Data, mistakes: &mut Mistakes) -> Vec<Field> {
    let Data::Struct(data) = data else { return Vec::new() };
    let field = |value: &Expr| {
        let name = match value {
            Expr::Path(path) => path.path.get_ident(),
            _ => None,
        };
        data.fields.iter().find(|field| name.is_some() && field.ident.as_ref() == name).and_then(Field::linked)
    };
    let mut linked = Vec::new();
    for value in arguments.one_or_more("linked", mistakes) {
        match field(&value) {
            Some(field) => linked.push(field),
            None => mistakes.over(
                &value,
                codes::WRONG_VALUE,
                "no field of this name holds an href to link: name a field of the event",
            ),
        }
    }
    linked
}

/// `resource = Nuvlabox`; `none` and nothing mean any resource.
fn check_resource(arguments: &mut Arguments, mistakes: &mut Mistakes) -> Option<Path> {
    let path = arguments.path("resource", mistakes)?;
    (!path.is_ident("none")).then_some(path)
}
