//! From what was written to an action that can be expanded, or to every mistake at once.

use std::collections::HashSet;

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Expr, Ident, LitStr, Path};

use super::Surroundings;
use super::details;
use super::keys::{DEFERRED, NESTED_FAILURE, PAYLOAD};
use super::model::{Action, Body, Captured, Created, Deferred, Known, Payload, Request, Resource};
use crate::arguments::{Arguments, Entry, Given, strings};
use crate::codes;
use crate::declaration::Declaration;
use crate::duration;
use crate::event_type::EventType;
use crate::function::{Binding, BoxedBody, Function};
use crate::mistakes::Mistakes;
use crate::returns::{Returns, nameable};
use crate::runtime::Runtime;
use crate::words::{kebab, unknown};

/// Checks everything; nothing when there was a mistake.
pub(super) fn check(
    mut arguments: Arguments,
    function: &Function,
    surroundings: &Surroundings,
    mistakes: &mut Mistakes,
) -> Option<Action> {
    let before = arguments.mistakes_before();
    let bindings = function.bindings();
    let krate = arguments.path("krate", mistakes).or_else(|| surroundings.krate.clone());
    let event = take_event(&mut arguments, surroundings, mistakes);
    let details = details::take(&mut arguments, &bindings, mistakes);
    let names = details.names();
    let declaration = Declaration::check(&mut arguments, event, names.as_deref(), mistakes);
    let event_type = declaration.as_ref().map(|declaration| &declaration.event_type);
    let given = arguments.take("resource");
    let (resource_given, is_none) = (given.is_some(), says_none(given.as_ref()));
    let adds = event_type.is_some_and(EventType::adds);
    let resource = check_resource(given, event_type, function, &bindings, surroundings, mistakes);
    let payload = check_payload(&mut arguments, mistakes);
    let linked = arguments.one_or_more("linked", mistakes);
    let tags = check_tags(&mut arguments, mistakes);
    let deferred = check_deferred(&mut arguments, mistakes);
    let on_nested_failure = check_nested_failure(&mut arguments, mistakes);
    let context = arguments.expression("ctx", mistakes);
    let outcome = arguments.path("outcome", mistakes);
    let created = check_created(&mut arguments, adds && is_none, mistakes);
    let refused = arguments.path("refused", mistakes);
    refuse_bulk(&mut arguments, mistakes);
    refuse_second_attribute(function, mistakes);
    let body = check_body(function, &bindings, mistakes);
    debug_assert!(arguments.rest().is_empty(), "a key of the table is never taken");
    if mistakes.count() > before {
        return None;
    }
    let (body, returns) = body?;
    let declaration = declaration?;
    let created = match created {
        Some(path) => Created::Function(path),
        None if adds && resource_given => Created::Outcome,
        None if adds => Created::Answer,
        None => Created::Nothing,
    };
    Some(Action {
        runtime: Runtime::imported(krate),
        declaration,
        function: function_name(function, surroundings),
        resource: resource?,
        details,
        payload,
        linked,
        tags,
        deferred,
        on_nested_failure,
        context,
        outcome,
        created,
        refused,
        returns,
        body,
    })
}

fn take_event(arguments: &mut Arguments, surroundings: &Surroundings, mistakes: &mut Mistakes) -> Option<LitStr> {
    let before = mistakes.count();
    let event = arguments.string("event", mistakes);
    if event.is_none() && mistakes.count() == before && !arguments.meant("event") {
        let message = "missing `event`: write `#[action(event = \"<resource-type>.<operation>\")]`";
        mistakes.at(surroundings.attribute.unwrap_or_else(Span::call_site), codes::MISSING_EVENT, message);
    }
    event
}

fn function_name(function: &Function, surroundings: &Surroundings) -> String {
    let name = function.signature.ident.to_string();
    match &surroundings.self_type {
        Some(syn::Type::Path(path)) => match path.path.segments.last() {
            Some(last) => format!("{}::{name}", last.ident),
            None => name,
        },
        _ => name,
    }
}

fn check_resource(
    given: Option<Entry>,
    event_type: Option<&EventType>,
    function: &Function,
    bindings: &[Binding],
    surroundings: &Surroundings,
    mistakes: &mut Mistakes,
) -> Option<Resource> {
    if let Some(entry) = given {
        let Given::Value(value) = &entry.given else {
            entry.wrong(mistakes);
            return None;
        };
        return Some(explicit_resource(value, function, bindings, surroundings));
    }
    // Without an event type it is not known what is missing.
    if event_type?.is_about_the_type() {
        return Some(Resource::Unnamed);
    }
    if let Some(id) = bindings.iter().find(|binding| binding.is("id")) {
        return Some(argument_resource(id, function, surroundings));
    }
    let renamed = bindings.iter().find(|binding| binding.name.to_string().starts_with("__arg"));
    if let (Some(_), Some(body)) = (renamed, &function.body)
        && BoxedBody::of(body).is_some()
    {
        let message = "`#[async_trait]` has already taken the argument patterns apart, so no `id` can be found in them: \
                       put `#[resource(events)]` above `#[async_trait]` on the impl, or say `resource = <expression>`";
        mistakes.at(function.signature.ident.span(), codes::RENAMED_PATTERN, message);
        return None;
    }
    if let Some(receiver) = function.receiver() {
        let this = receiver.self_token;
        return Some(receiver_resource(this.to_token_stream(), this.span, surroundings));
    }
    let message = "no argument called `id` and no `self`: say which resource the event is about with \
                   `resource = <expression>`, or `resource = none`, and `created = <function>` where it makes one";
    mistakes.at(function.signature.ident.span(), codes::NO_RESOURCE, message);
    None
}

fn explicit_resource(value: &Expr, function: &Function, bindings: &[Binding], surroundings: &Surroundings) -> Resource {
    if let Expr::Path(path) = value
        && let Some(name) = path.path.get_ident()
    {
        if name == "none" {
            return Resource::Unnamed;
        }
        if name == "self" {
            return receiver_resource(name.to_token_stream(), name.span(), surroundings);
        }
        if let Some(binding) = bindings.iter().find(|binding| binding.name == *name) {
            let Resource::Value { known, .. } = argument_resource(binding, function, surroundings) else {
                return Resource::Unnamed;
            };
            return Resource::Value { value: name.to_token_stream(), span: name.span(), known };
        }
    }
    let span = value.span();
    let simple = matches!(value, Expr::Path(_) | Expr::Call(_) | Expr::Field(_) | Expr::MethodCall(_) | Expr::Paren(_));
    // `&a + b` would borrow `a` alone.
    let value = if simple { value.to_token_stream() } else { quote_spanned!(span=> (#value)) };
    Resource::Value { value, span, known: unwritten(function, surroundings) }
}

fn argument_resource(binding: &Binding, function: &Function, surroundings: &Surroundings) -> Resource {
    let mut generics = function.generic_names();
    generics.extend(out_of_reach(surroundings));
    let written = binding.ty.as_ref().filter(|_| binding.cfgs.is_empty());
    let known = match written {
        Some(ty) => nameable(ty, &generics).map_or(Known::Generic, Known::Type),
        None => unwritten(function, surroundings),
    };
    Resource::Value { value: binding.name.to_token_stream(), span: binding.name.span(), known }
}

fn receiver_resource(value: TokenStream, span: Span, surroundings: &Surroundings) -> Resource {
    let this = Ident::new("Self", span);
    let known = if surroundings.self_type.is_some() && surroundings.generics.is_empty() {
        Known::Type(this.to_token_stream())
    } else {
        Known::Receiver(this)
    };
    Resource::Value { value, span, known }
}

/// What is known of a type that is written nowhere.
fn unwritten(function: &Function, surroundings: &Surroundings) -> Known {
    if function.generic_names().is_empty() && surroundings.generics.is_empty() {
        Known::Inferred
    } else {
        Known::Generic
    }
}

/// The names of the impl that constants in its functions must not use.
fn out_of_reach(surroundings: &Surroundings) -> Vec<String> {
    let mut names = surroundings.generics.clone();
    if !names.is_empty() {
        names.push("Self".to_owned());
    }
    names
}

/// Whether the attribute says `resource = none`.
fn says_none(given: Option<&Entry>) -> bool {
    matches!(given, Some(Entry { given: Given::Value(value), .. }) if matches!(&**value, Expr::Path(path) if path.path.is_ident("none")))
}

/// `created = path`. Of an `add`, which is about its type until it has made something, `resource = none` says the contrary.
fn check_created(arguments: &mut Arguments, adds_nothing: bool, mistakes: &mut Mistakes) -> Option<Path> {
    let path = arguments.path("created", mistakes)?;
    if adds_nothing {
        let message = "`created` says what was made, `resource = none` that there is nothing: leave one of them out";
        mistakes.over(&path, codes::EXCLUSIVE_KEYS, message);
    }
    Some(path)
}

fn check_payload(arguments: &mut Arguments, mistakes: &mut Mistakes) -> Payload {
    let Some(entry) = arguments.take("payload") else {
        return Payload::default();
    };
    let Given::List(tokens) = &entry.given else {
        entry.wrong(mistakes);
        return Payload::default();
    };
    if tokens.is_empty() {
        let message = "`payload()` chooses nothing: name `request = <argument>`, `outcome` or `changed`";
        mistakes.at(entry.key.span(), codes::WRONG_VALUE, message);
    }
    let mut choices = Arguments::parse(tokens.clone(), PAYLOAD, mistakes);
    Payload {
        request: choices.expression("request", mistakes).map(|value| Request { name: request_name(&value), value }),
        outcome: choices.flag("outcome", mistakes).unwrap_or(false),
        changed: choices.flag("changed", mistakes).unwrap_or(false),
    }
}

/// The name of the argument, or of the field, that is recorded.
fn request_name(value: &Expr) -> String {
    let name = match value {
        Expr::Path(path) => path.path.get_ident().map(ToString::to_string),
        Expr::Field(field) => match &field.member {
            syn::Member::Named(name) => Some(name.to_string()),
            syn::Member::Unnamed(_) => return request_name(&field.base),
        },
        Expr::Reference(reference) => return request_name(&reference.expr),
        _ => None,
    };
    name.map_or_else(|| "request".to_owned(), |name| kebab(&name))
}

fn check_tags(arguments: &mut Arguments, mistakes: &mut Mistakes) -> Vec<LitStr> {
    let Some(entry) = arguments.take("tags") else {
        return Vec::new();
    };
    let Given::List(tokens) = &entry.given else {
        entry.wrong(mistakes);
        return Vec::new();
    };
    // Free text, which keeps its spelling.
    strings(tokens.clone(), "billing", |name| Some(name.to_owned()), mistakes)
}

fn check_deferred(arguments: &mut Arguments, mistakes: &mut Mistakes) -> Option<Deferred> {
    let entry = arguments.take("deferred")?;
    match &entry.given {
        Given::Nothing => Some(Deferred { within: None }),
        Given::List(tokens) => {
            let mut inner = Arguments::parse(tokens.clone(), DEFERRED, mistakes);
            let text = inner.string("within", mistakes)?;
            match duration::seconds(&text.value()) {
                Ok(seconds) => Some(Deferred { within: Some(seconds) }),
                Err(message) => {
                    mistakes.at(text.span(), codes::DURATION, message);
                    None
                }
            }
        }
        Given::Value(_) => {
            entry.wrong(mistakes);
            None
        }
    }
}

fn check_nested_failure(arguments: &mut Arguments, mistakes: &mut Mistakes) -> Option<&'static str> {
    let word = arguments.word("on_nested_failure", mistakes)?;
    match word.to_string().as_str() {
        "refuse" => Some("Refuse"),
        "continue" => Some("Continue"),
        other => {
            let message = unknown("value of `on_nested_failure`", other, NESTED_FAILURE);
            mistakes.at(word.span(), codes::UNKNOWN_CHOICE, message);
            None
        }
    }
}

fn refuse_bulk(arguments: &mut Arguments, mistakes: &mut Mistakes) {
    if let Some(entry) = arguments.take("bulk") {
        let message = "`bulk` is not supported yet: annotate the handler of the whole with an operation \
                       `bulk-…`, such as `event = \"deployment.bulk-start\"`, and let it call the annotated one for each resource";
        mistakes.at(entry.key.span(), codes::BULK_KEY, message);
    }
}

fn refuse_second_attribute(function: &Function, mistakes: &mut Mistakes) {
    for attribute in &function.attributes {
        if attribute.path().is_ident("action") {
            let message = "a second `#[action]` on one function: one call is one operation, so keep one";
            mistakes.over(attribute.path(), codes::REPEATED_EVENT, message);
        }
    }
}

fn check_body(function: &Function, bindings: &[Binding], mistakes: &mut Mistakes) -> Option<(Body, Returns)> {
    let signature = &function.signature;
    if let Some(keyword) = &signature.constness {
        let message = "a `const fn` cannot be recorded: `#[action]` goes on an `async fn`";
        mistakes.at(keyword.span, codes::NOT_ASYNC, message);
        return None;
    }
    let Some(block) = &function.body else {
        let message = "a function without a body cannot be recorded: put `#[action]` on each implementation";
        mistakes.at(signature.ident.span(), codes::NO_BODY, message);
        return None;
    };
    if signature.asyncness.is_some() {
        let captured = captured(function, bindings, block);
        return Some((Body::Async { block: block.clone(), captured }, Returns::of(function)));
    }
    if let Some(boxed) = BoxedBody::of(block) {
        return Some((Body::Boxed(boxed, block.span()), Returns::of_boxed(function)));
    }
    let message = "`#[action]` goes on an `async fn`: the opening event is stored before the body runs";
    mistakes.at(signature.fn_token.span, codes::NOT_ASYNC, message);
    None
}

/// What the body has to own so that everything is dropped as in the plain function: after the
/// locals, the last argument first. An argument that the body does not mention is left alone, so
/// that the compiler goes on warning about it, unless its name starts with `_` (a permit, a guard).
fn captured(function: &Function, bindings: &[Binding], block: &Group) -> Vec<Captured> {
    let mut words = Words::default();
    words.read(block.stream());
    let mut captured: Vec<Captured> = bindings
        .iter()
        .rev()
        .filter(|binding| words.mention(&binding.name))
        .map(|binding| Captured { cfgs: binding.cfgs.clone(), name: binding.name.clone() })
        .collect();
    if let Some(receiver) = function.receiver()
        && !matches!(receiver.kind, syn::ReceiverKind::Reference(..))
    {
        captured.push(Captured { cfgs: Vec::new(), name: Ident::new("self", receiver.self_token.span) });
    }
    captured
}

/// The words of a body, its string literals included: they may be format strings.
#[derive(Default)]
struct Words {
    identifiers: HashSet<String>,
    literals: String,
}

impl Words {
    fn read(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Ident(word) => {
                    self.identifiers.insert(word.to_string());
                }
                TokenTree::Literal(literal) => self.literals.push_str(&literal.to_string()),
                TokenTree::Group(group) => self.read(group.stream()),
                TokenTree::Punct(_) => {}
            }
        }
    }

    fn mention(&self, name: &Ident) -> bool {
        let name = name.to_string();
        name.starts_with('_') || self.identifiers.contains(&name) || self.literals.contains(&format!("{{{name}"))
    }
}
