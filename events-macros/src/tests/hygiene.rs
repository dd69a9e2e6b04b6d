//! What an expansion may name: its own variables, what the user wrote, and absolute paths.

use std::collections::HashSet;

use proc_macro2::{Spacing, TokenStream, TokenTree};

use super::Macro;
use super::expansions::{Case, cases};

/// Words that mean the same everywhere.
const WORDS: &[&str] = &[
    "Self", "as", "async", "await", "const", "enum", "false", "fn", "for", "if", "impl", "let", "match", "move", "mut",
    "return", "self", "static", "trait", "true", "use", "where", "_",
];

/// Names of lints, attributes and parameters of ours.
const OWN: &[&str] = &[
    "allow",
    "unused_imports",
    "automatically_derived",
    "clippy",
    "diagnostic",
    "message",
    "label",
    "note",
    "details",
    "links",
    "resource",
    "recorder",
    "object",
    "value",
    "fields",
    // Traits that come into scope without a name.
    "NotKnown",
    "NotNamed",
    "Silent",
];

#[test]
fn an_expansion_names_only_absolute_paths_and_the_users_own_words() {
    for Case { name, of, arguments, item } in cases() {
        let mut users = HashSet::new();
        words(arguments.clone(), &mut users);
        words(item.clone(), &mut users);
        let (tokens, _) = of.expand(arguments, item);
        check(tokens, &users, name);
    }
}

#[test]
fn another_path_of_the_crate_leaves_no_trace_of_the_usual_one() {
    for Case { name, of, arguments, item } in cases() {
        let given = format!("{arguments} {item}");
        if !given.contains("krate") || given.contains("events") && !matches!(of, Macro::Resource) {
            continue;
        }
        let (tokens, _) = of.expand(arguments, item);
        let mut found = HashSet::new();
        words(tokens, &mut found);
        assert!(!found.contains("events"), "{name}");
        assert!(found.contains("audit") && found.contains("__private"), "{name}");
    }
}

fn words(tokens: TokenStream, found: &mut HashSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Ident(word) => {
                found.insert(word.to_string());
            }
            TokenTree::Group(group) => words(group.stream(), found),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

/// Walks an expansion with a window of one token on each side.
fn check(tokens: TokenStream, users: &HashSet<String>, name: &str) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let punct = |at: Option<usize>| match at.and_then(|at| tokens.get(at)) {
        Some(TokenTree::Punct(punct)) => Some(punct.as_char()),
        _ => None,
    };
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => check(group.stream(), users, name),
            TokenTree::Ident(word) => {
                let before = punct(at.checked_sub(1));
                let doubled = punct(at.checked_sub(2)) == Some(':');
                let in_path = before == Some(':') && doubled;
                let is_member = before == Some('.') || before == Some('\'');
                // The first half of `::` is joint, the colon of a field or a type is not.
                let names_field = matches!(
                    tokens.get(at + 1),
                    Some(TokenTree::Punct(punct)) if punct.as_char() == ':' && punct.spacing() == Spacing::Alone
                );
                let is_function = at > 0 && matches!(&tokens[at - 1], TokenTree::Ident(word) if word == "fn");
                let is_associated = ["DECLARATION", "Details", "EVENT", "Key", "Resource"]
                    .contains(&word.to_string().as_str())
                    && at > 0
                    && matches!(&tokens[at - 1], TokenTree::Ident(word) if word == "const" || word == "type");
                let text = word.to_string();
                let known = WORDS.contains(&text.as_str()) || OWN.contains(&text.as_str()) || text.starts_with("__")
                    // Types and traits of one event, whose names the compiler shows.
                    || text.starts_with("Declares")
                    || text.starts_with("Event");
                assert!(
                    in_path
                        || is_member
                        || names_field
                        || is_function
                        || is_associated
                        || known
                        || users.contains(&text)
                        || text == "type",
                    "{name}: `{text}` is neither absolute nor the user's"
                );
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}
