//! From a type and its `#[record(…)]` attributes to what is recorded of it.

use proc_macro2::{Span, TokenStream};
use syn::ext::IdentExt as _;
use syn::{Attribute, Data, DataEnum, DeriveInput, Fields, FieldsNamed, Ident, Index, LitStr, Member, Meta, Type};

use crate::arguments::{Arguments, Key, Keys};
use crate::codes;
use crate::declaration::kebab_value;
use crate::mistakes::Mistakes;
use crate::runtime::Runtime;
use crate::words::kebab;

/// What `#[record(…)]` may say on a type.
const TYPE_KEYS: Keys = &[Key { name: "krate", usage: "krate = path::to::events" }];

/// What `#[record(…)]` may say on a field.
const FIELD_KEYS: Keys =
    &[Key { name: "skip", usage: "skip" }, Key { name: "rename", usage: "rename = \"other-name\"" }];

/// What `#[record(…)]` may say on a variant.
const VARIANT_KEYS: Keys = &[Key { name: "rename", usage: "rename = \"other-name\"" }];

/// A type that passed every check.
pub(super) struct Recorded {
    pub(super) runtime: Runtime,
    pub(super) shape: Shape,
}

pub(super) enum Shape {
    /// An object of named fields.
    Object(Vec<Field>),
    /// What the one field records.
    Transparent(Member, Box<Type>),
    Enum(Vec<Variant>),
}

/// One field that is recorded.
pub(crate) struct Field {
    pub(crate) member: Member,
    /// Kebab-case.
    pub(crate) name: String,
    pub(crate) ty: Type,
}

pub(super) struct Variant {
    pub(super) variant: Ident,
    /// Kebab-case.
    pub(super) name: String,
    pub(super) content: Content,
}

pub(super) enum Content {
    /// `Variant`: its name.
    Unit,
    /// `Variant(value)`: `{"name": value}`.
    Value,
    /// `Variant { … }`: `{"name": {…}}`.
    Object(Vec<Field>),
}

pub(super) fn check(input: &DeriveInput, mistakes: &mut Mistakes) -> Option<Recorded> {
    let before = mistakes.count();
    let mut arguments = record_attribute(&input.attrs, TYPE_KEYS, mistakes);
    let runtime = Runtime::new(arguments.path("krate", mistakes));
    let shape = match &input.data {
        Data::Struct(data) => check_struct(&input.ident, &data.fields, mistakes),
        Data::Enum(data) => Some(Shape::Enum(check_variants(data, mistakes))),
        Data::Union(data) => {
            let message = "a union cannot say what it holds, so it cannot be recorded";
            mistakes.at(data.union_token.span, codes::RECORD_SHAPE, message);
            None
        }
    };
    if mistakes.count() > before {
        return None;
    }
    Some(Recorded { runtime, shape: shape? })
}

fn check_struct(item: &Ident, fields: &Fields, mistakes: &mut Mistakes) -> Option<Shape> {
    match fields {
        Fields::Named(named) => Some(Shape::Object(Field::check_all(named, mistakes))),
        Fields::Unnamed(unnamed) if unnamed.unnamed.len() == 1 => {
            let member = Member::Unnamed(Index { index: 0, span: item.span() });
            Some(Shape::Transparent(member, Box::new(unnamed.unnamed[0].ty.clone())))
        }
        Fields::Unnamed(_) => {
            let message =
                "the fields of a tuple have no names to record them under: give them names, or keep one field";
            mistakes.over(fields, codes::RECORD_SHAPE, message);
            None
        }
        Fields::Unit => Some(Shape::Object(Vec::new())),
    }
}

fn check_variants(data: &DataEnum, mistakes: &mut Mistakes) -> Vec<Variant> {
    let mut variants = Vec::new();
    for variant in &data.variants {
        let mut arguments = record_attribute(&variant.attrs, VARIANT_KEYS, mistakes);
        let renamed = renamed(&mut arguments, mistakes);
        let content = match &variant.fields {
            Fields::Unit => Content::Unit,
            Fields::Named(named) => Content::Object(Field::check_all(named, mistakes)),
            Fields::Unnamed(unnamed) if unnamed.unnamed.len() == 1 => Content::Value,
            Fields::Unnamed(_) => {
                let message =
                    "the fields of a variant have no names to record them under: give them names, or keep one field";
                mistakes.over(&variant.fields, codes::RECORD_SHAPE, message);
                continue;
            }
        };
        let name = renamed.unwrap_or_else(|| kebab(&variant.ident.to_string()));
        variants.push(Variant { variant: variant.ident.clone(), name, content });
    }
    variants
}

impl Field {
    /// Those that are recorded, each under a name of its own.
    pub(crate) fn check_all(fields: &FieldsNamed, mistakes: &mut Mistakes) -> Vec<Self> {
        let mut checked: Vec<Self> = Vec::new();
        for written in &fields.named {
            let Some(field) = Self::check(written, mistakes) else { continue };
            let is_same = |other: &Self| other.name == field.name;
            if let (Member::Named(name), Some(Self { member: Member::Named(first), .. })) =
                (&field.member, checked.iter().find(|other| is_same(other)))
            {
                let message = format!("`{name}` is recorded as `{}`, as is `{first}`: choose another name", field.name);
                mistakes.at(name.span(), codes::REPEATED_DETAIL, message);
            } else {
                checked.push(field);
            }
        }
        checked
    }

    /// `&self.field` in a function of ours. An error about a type that cannot be recorded belongs to the type, at `at`.
    pub(crate) fn of_self(&self, at: Span) -> TokenStream {
        let this = Ident::new("self", Span::mixed_site().located_at(at));
        let member = match &self.member {
            Member::Named(name) => {
                let mut name = name.clone();
                name.set_span(name.span().located_at(at));
                Member::Named(name)
            }
            Member::Unnamed(index) => Member::Unnamed(Index { index: index.index, span: at }),
        };
        let at = Span::mixed_site().located_at(at);
        quote::quote_spanned!(at=> &#this.#member)
    }

    /// One that is not recorded, but names a resource. Nothing when it has no name.
    pub(crate) fn linked(field: &syn::Field) -> Option<Self> {
        let name = field.ident.as_ref()?;
        Some(Self { member: Member::Named(name.clone()), name: name.unraw().to_string(), ty: field.ty.clone() })
    }

    /// Nothing when the field is skipped, or has no name.
    fn check(field: &syn::Field, mistakes: &mut Mistakes) -> Option<Self> {
        let name = field.ident.as_ref()?;
        let mut arguments = record_attribute(&field.attrs, FIELD_KEYS, mistakes);
        let skip = arguments.flag("skip", mistakes).unwrap_or(false);
        let renamed = renamed(&mut arguments, mistakes);
        (!skip).then(|| Field {
            member: Member::Named(name.clone()),
            name: renamed.unwrap_or_else(|| kebab(&name.unraw().to_string())),
            ty: field.ty.clone(),
        })
    }
}

fn renamed(arguments: &mut Arguments, mistakes: &mut Mistakes) -> Option<String> {
    let name: LitStr = arguments.string("rename", mistakes)?;
    kebab_value(&name, mistakes)
}

/// The keys of `#[record(…)]` among attributes; several of them are one list.
fn record_attribute(attributes: &[Attribute], keys: Keys, mistakes: &mut Mistakes) -> Arguments {
    let mut tokens = TokenStream::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("record")) {
        match &attribute.meta {
            Meta::List(list) => {
                if !tokens.is_empty() {
                    tokens.extend(quote::quote_spanned!(Span::call_site()=> ,));
                }
                tokens.extend(list.tokens.clone());
            }
            Meta::Path(_) | Meta::NameValue(_) => {
                let usage: Vec<&str> = keys.iter().map(|key| key.usage).collect();
                let message = format!("write `#[record({})]`", usage.join(", "));
                mistakes.over(attribute, codes::SYNTAX, message);
            }
        }
    }
    Arguments::parse(tokens, keys, mistakes)
}
