//! The raw model of an attribute: a list of keys, read by a table and never stopping at the first mistake.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::ext::IdentExt as _;
use syn::parse::{ParseStream, Parser as _};
use syn::{Expr, Ident, Lit, LitStr, Path, Token};

use crate::codes;
use crate::mistakes::Mistakes;
use crate::words::{list, nearest, unknown};

/// A key that an attribute has, and how it is written.
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) usage: &'static str,
}

/// The table of an attribute's keys.
pub(crate) type Keys = &'static [Key];

/// What stands after a key.
pub(crate) enum Given {
    /// `key`
    Nothing,
    /// `key = expression`
    Value(Box<Expr>),
    /// `key(…)`
    List(TokenStream),
}

/// One key and what it was given.
pub(crate) struct Entry {
    pub(crate) key: Ident,
    pub(crate) given: Given,
    usage: &'static str,
}

impl Entry {
    /// Reports that the value is missing or of another kind.
    pub(crate) fn wrong(&self, mistakes: &mut Mistakes) {
        let (key, usage) = (&self.key, self.usage);
        let write = format!("write `{usage}`");
        match &self.given {
            Given::Value(value) => {
                mistakes.over(value, codes::WRONG_VALUE, format!("`{key}` takes another kind of value: {write}"))
            }
            Given::Nothing => mistakes.at(key.span(), codes::WRONG_VALUE, format!("`{key}` needs a value: {write}")),
            Given::List(_) => mistakes.at(key.span(), codes::WRONG_VALUE, format!("`{key}` takes no list: {write}")),
        }
    }
}

/// The keys of one attribute. Unknown and repeated ones are already reported, and gone.
pub(crate) struct Arguments {
    entries: Vec<Entry>,
    /// Known keys that an unknown one was probably meant to be: they are not missing as well.
    meant: Vec<&'static str>,
    /// How many mistakes there were before the attribute was read.
    before: usize,
}

impl Arguments {
    /// Reads `key, key = expression, key(…)`.
    pub(crate) fn parse(tokens: TokenStream, keys: Keys, mistakes: &mut Mistakes) -> Self {
        let mut arguments = Arguments { entries: Vec::new(), meant: Vec::new(), before: mistakes.count() };
        let read = |input: ParseStream<'_>| {
            while !input.is_empty() {
                arguments.read_entry(input, keys, mistakes);
            }
            Ok(())
        };
        if let Err(error) = read.parse2(tokens) {
            mistakes.at(error.span(), codes::SYNTAX, error);
        }
        arguments
    }

    /// Reads what comes first and has no key, a string literal, and then the keys: `"billing", details(amount)`.
    pub(crate) fn parse_after_literal(tokens: TokenStream, keys: Keys, mistakes: &mut Mistakes) -> (First, Self) {
        let before = mistakes.count();
        let mut first = First::Nothing;
        let split = |input: ParseStream<'_>| {
            if input.peek(LitStr) {
                first = First::Literal(input.parse()?);
                if !input.is_empty() {
                    input.parse::<Token![,]>()?;
                }
            } else if !input.is_empty() && !is_key(input, keys) {
                first = First::Other(input.span());
                skip_past_comma(input);
            }
            input.parse::<TokenStream>()
        };
        match split.parse2(tokens) {
            Ok(rest) => (first, Self { before, ..Self::parse(rest, keys, mistakes) }),
            Err(error) => {
                mistakes.at(error.span(), codes::SYNTAX, error);
                (first, Arguments { entries: Vec::new(), meant: Vec::new(), before })
            }
        }
    }

    fn read_entry(&mut self, input: ParseStream<'_>, keys: Keys, mistakes: &mut Mistakes) {
        let key = read_key(input, keys, &mut self.meant, mistakes);
        let entry = key.and_then(|key| self.read_given(key, input, keys, mistakes));
        if let Some(entry) = entry {
            self.entries.push(entry);
            if !input.is_empty() && !input.peek(Token![,]) {
                mistakes.at(input.span(), codes::SYNTAX, "expected `,` before the next key");
            }
        }
        skip_past_comma(input);
    }

    fn read_given(&mut self, key: Ident, input: ParseStream<'_>, keys: Keys, mistakes: &mut Mistakes) -> Option<Entry> {
        let name = key.unraw().to_string();
        let names: Vec<&'static str> = keys.iter().map(|key| key.name).collect();
        let Some(known) = keys.iter().find(|key| key.name == name) else {
            mistakes.at(key.span(), codes::UNKNOWN_KEY, unknown("key", &name, &names));
            self.meant.extend(nearest(&name, &names));
            return None;
        };
        if self.entries.iter().any(|entry| entry.key.unraw() == name) {
            mistakes.at(key.span(), codes::REPEATED_KEY, format!("`{name}` is given twice: keep one"));
            return None;
        }
        let mut entry = Entry { key, given: Given::Nothing, usage: known.usage };
        if input.peek(syn::token::Paren) {
            entry.given = Given::List(list_tokens(input)?);
        } else if input.parse::<Token![=]>().is_ok() {
            let missing = input.is_empty() || input.peek(Token![,]);
            match input.parse::<Expr>() {
                Ok(value) => entry.given = Given::Value(Box::new(value)),
                Err(error) => {
                    let span = if missing { entry.key.span() } else { error.span() };
                    let message = format!("`{name}` needs a value: write `{}`", known.usage);
                    mistakes.at(span, codes::WRONG_VALUE, message);
                    self.meant.push(known.name);
                    return None;
                }
            }
        }
        Some(entry)
    }

    /// How many mistakes there were before the attribute was read: those of reading it count.
    pub(crate) fn mistakes_before(&self) -> usize {
        self.before
    }

    /// Takes a key out.
    pub(crate) fn take(&mut self, name: &str) -> Option<Entry> {
        let at = self.entries.iter().position(|entry| entry.key.unraw() == name)?;
        Some(self.entries.remove(at))
    }

    /// Whether a key was meant, but is wrong and already reported.
    pub(crate) fn meant(&self, name: &str) -> bool {
        self.meant.contains(&name)
    }

    /// The keys that nobody has taken.
    pub(crate) fn rest(self) -> Vec<Entry> {
        self.entries
    }

    /// Takes `name = "string"`.
    pub(crate) fn string(&mut self, name: &str, mistakes: &mut Mistakes) -> Option<LitStr> {
        self.value(name, mistakes, |value| match literal(value) {
            Some(Lit::Str(text)) => Some(text.clone()),
            _ => None,
        })
    }

    /// Takes `name = path`.
    pub(crate) fn path(&mut self, name: &str, mistakes: &mut Mistakes) -> Option<Path> {
        self.value(name, mistakes, |value| match value {
            Expr::Path(path) if path.qself.is_none() => Some(path.path.clone()),
            _ => None,
        })
    }

    /// Takes `name = identifier`, keywords included.
    pub(crate) fn word(&mut self, name: &str, mistakes: &mut Mistakes) -> Option<Ident> {
        self.value(name, mistakes, |value| match value {
            Expr::Path(path) => path.path.get_ident().cloned(),
            Expr::Continue(jump) if jump.label.is_none() => Some(Ident::new("continue", jump.continue_token.span)),
            _ => None,
        })
    }

    /// Takes `name = expression`.
    pub(crate) fn expression(&mut self, name: &str, mistakes: &mut Mistakes) -> Option<Expr> {
        self.value(name, mistakes, |value| Some(value.clone()))
    }

    /// `name = <expression>` or `name(<expression>, …)`.
    pub(crate) fn one_or_more(&mut self, name: &str, mistakes: &mut Mistakes) -> Vec<Expr> {
        let Some(entry) = self.take(name) else {
            return Vec::new();
        };
        match entry.given {
            Given::Value(value) => vec![*value],
            Given::List(tokens) => expressions(tokens, mistakes),
            Given::Nothing => {
                entry.wrong(mistakes);
                Vec::new()
            }
        }
    }

    /// Takes `name`, or `name = true`.
    pub(crate) fn flag(&mut self, name: &str, mistakes: &mut Mistakes) -> Option<bool> {
        let entry = self.take(name)?;
        match &entry.given {
            Given::Nothing => Some(true),
            Given::Value(value) if let Some(Lit::Bool(flag)) = literal(value) => Some(flag.value),
            _ => {
                entry.wrong(mistakes);
                None
            }
        }
    }

    fn value<T>(&mut self, name: &str, mistakes: &mut Mistakes, read: impl FnOnce(&Expr) -> Option<T>) -> Option<T> {
        let entry = self.take(name)?;
        let found = match &entry.given {
            Given::Value(value) => read(value),
            _ => None,
        };
        if found.is_none() {
            entry.wrong(mistakes);
        }
        found
    }
}

/// What stands before the keys.
pub(crate) enum First {
    /// A string.
    Literal(LitStr),
    /// Something that is neither a string nor a key.
    Other(Span),
    /// A key, or nothing at all.
    Nothing,
}

/// Whether a key comes next, though it may be misspelt.
fn is_key(input: ParseStream<'_>, keys: Keys) -> bool {
    let ahead = input.fork();
    let Ok(word) = ahead.call(Ident::parse_any) else { return false };
    let is_known = keys.iter().any(|key| word.unraw() == key.name);
    is_known || ahead.peek(Token![=]) || ahead.peek(syn::token::Paren)
}

/// The literal that an expression is, also when a `macro_rules` passed it on in an invisible group.
pub(crate) fn literal(value: &Expr) -> Option<&Lit> {
    match value {
        Expr::Lit(found) => Some(&found.lit),
        Expr::Group(group) => literal(&group.expr),
        _ => None,
    }
}

/// Reads `"a", "b"`. A name without quotes is most often what the string should be: a message shows what `meant` makes
/// of it, or else `example`.
pub(crate) fn strings(
    tokens: TokenStream,
    example: &str,
    meant: impl Fn(&str) -> Option<String>,
    mistakes: &mut Mistakes,
) -> Vec<LitStr> {
    each(tokens, mistakes, |input| {
        input.parse::<LitStr>().map_err(|error| {
            let how = match lone_name(input).and_then(|name| meant(&name)) {
                Some(name) => format!("write `\"{name}\"`"),
                None => format!("write one, such as `\"{example}\"`"),
            };
            (error.span(), format!("expected a string: {how}"))
        })
    })
}

/// The name that comes next, where it is all of its item.
fn lone_name(input: ParseStream<'_>) -> Option<String> {
    let ahead = input.fork();
    let name = ahead.call(Ident::parse_any).ok()?;
    (ahead.is_empty() || ahead.peek(Token![,])).then(|| name.unraw().to_string())
}

/// Reads a list of expressions.
pub(crate) fn expressions(tokens: TokenStream, mistakes: &mut Mistakes) -> Vec<Expr> {
    each(tokens, mistakes, |input| {
        input
            .parse::<Expr>()
            .map_err(|error| (error.span(), "expected an expression: name a value, such as `id`".to_owned()))
    })
}

/// Reads a comma-separated list, reporting every item that cannot be read.
pub(crate) fn each<T>(
    tokens: TokenStream,
    mistakes: &mut Mistakes,
    mut item: impl FnMut(ParseStream<'_>) -> Result<T, (Span, String)>,
) -> Vec<T> {
    let mut items = Vec::new();
    let read = |input: ParseStream<'_>| {
        while !input.is_empty() {
            match item(input) {
                Ok(found) => {
                    items.push(found);
                    if !input.is_empty() && !input.peek(Token![,]) {
                        mistakes.at(input.span(), codes::SYNTAX, "expected `,`");
                    }
                }
                Err((span, message)) => mistakes.at(span, codes::SYNTAX, message),
            }
            skip_past_comma(input);
        }
        Ok(())
    };
    if let Err(error) = read.parse2(tokens) {
        mistakes.at(error.span(), codes::SYNTAX, error);
    }
    items
}

fn read_key(
    input: ParseStream<'_>,
    keys: Keys,
    meant: &mut Vec<&'static str>,
    mistakes: &mut Mistakes,
) -> Option<Ident> {
    let span = input.span();
    if let Ok(key) = input.call(Ident::parse_any) {
        return Some(key);
    }
    if let (Ok(text), Some(event)) = (input.fork().parse::<LitStr>(), keys.iter().find(|key| key.name == "event")) {
        mistakes.at(span, codes::SYNTAX, format!("a string without a key: write `event = {}`", text.token()));
        meant.push(event.name);
        return None;
    }
    let names: Vec<&str> = keys.iter().map(|key| key.name).collect();
    mistakes.at(span, codes::SYNTAX, format!("expected a key: write one of {}", list(&names)));
    None
}

/// The tokens between the parentheses that come next.
fn list_tokens(input: ParseStream<'_>) -> Option<TokenStream> {
    match input.parse::<TokenTree>() {
        Ok(TokenTree::Group(group)) => Some(group.stream()),
        _ => None,
    }
}

/// Skips what is left of an entry, and the comma behind it.
fn skip_past_comma(input: ParseStream<'_>) {
    while !input.is_empty() && !input.peek(Token![,]) {
        if input.parse::<TokenTree>().is_err() {
            return;
        }
    }
    // Missing only at the end.
    let _ = input.parse::<Token![,]>();
}
