//! Checks that the compiler runs while it checks the types of a handler's body.

use crate::{
    category::CategoryRef,
    declaration::{CRUD, CategoryDeclaration, ResourceDeclaration},
};

/// Longest message of a check.
const LONGEST: usize = 1_024;

/// A message put together at compile time.
struct Message {
    bytes: [u8; LONGEST],
    len: usize,
}

impl Message {
    const fn new() -> Self {
        Self { bytes: [0; LONGEST], len: 0 }
    }

    const fn put(mut self, text: &str) -> Self {
        let text = text.as_bytes();
        let mut at = 0;
        while at < text.len() && self.len < LONGEST {
            self.bytes[self.len] = text[at];
            self.len += 1;
            at += 1;
        }
        self
    }

    const fn text(&self) -> &str {
        match std::str::from_utf8(self.bytes.split_at(self.len).0) {
            Ok(text) => text,
            Err(_) => "event type does not fit its resource",
        }
    }
}

const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut at = 0;
    while at < a.len() {
        if a[at] != b[at] {
            return false;
        }
        at += 1;
    }
    true
}

const fn smaller(a: usize, b: usize) -> usize {
    if a < b { a } else { b }
}

/// Longest word that is compared for a suggestion.
const LONGEST_WORD: usize = 63;

/// Levenshtein's distance.
const fn distance(a: &str, b: &str) -> usize {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() > LONGEST_WORD || b.len() > LONGEST_WORD {
        return usize::MAX;
    }
    let mut row = [0; LONGEST_WORD + 1];
    let mut column = 0;
    while column <= b.len() {
        row[column] = column;
        column += 1;
    }
    let mut line = 0;
    while line < a.len() {
        let mut diagonal = row[0];
        row[0] = line + 1;
        column = 0;
        while column < b.len() {
            let above = row[column + 1];
            let changed = if a[line] == b[column] { diagonal } else { diagonal + 1 };
            row[column + 1] = smaller(smaller(row[column] + 1, above + 1), changed);
            diagonal = above;
            column += 1;
        }
        line += 1;
    }
    row[b.len()]
}

const fn strip_bulk(operation: &str) -> Option<&str> {
    let bytes = operation.as_bytes();
    if bytes.len() < 5 {
        return None;
    }
    let (head, tail) = bytes.split_at(5);
    match (std::str::from_utf8(head), std::str::from_utf8(tail)) {
        (Ok(head), Ok(tail)) if same(head, "bulk-") => Some(tail),
        _ => None,
    }
}

const fn listed(operations: &[&str], operation: &str) -> bool {
    has(&CRUD, operation) || has(operations, operation)
}

/// Checks an event type against the resource type that the compiler knows. Zero, the length of an array
/// that is evaluated with the types of the body; anything wrong is a compile error.
///
/// # Panics
/// At compile time, with the message.
#[track_caller]
pub const fn check_event(
    known: Option<&'static ResourceDeclaration>,
    event: &str,
    resource_type: &str,
    operation: &str,
) -> usize {
    let Some(declaration) = known else { return 0 };
    let spec = &declaration.spec;
    // Its own attribute has a mistake, which is reported there.
    if spec.resource_type.is_empty() {
        return 0;
    }
    if !same(spec.resource_type, resource_type) {
        let message = Message::new()
            .put("event `")
            .put(event)
            .put("` is about a `")
            .put(resource_type)
            .put("`, but its resource is a `")
            .put(spec.resource_type)
            .put("`: write `")
            .put(spec.resource_type)
            .put(".")
            .put(operation)
            .put("` [EVT050]");
        panic!("{}", message.text());
    }
    let Some(operations) = spec.operations else { return 0 };
    let declared = listed(operations, operation)
        || match strip_bulk(operation) {
            Some(single) => listed(operations, single),
            None => false,
        };
    if declared {
        return 0;
    }
    let mut message =
        Message::new().put("event `").put(event).put("` is not declared by `").put(spec.struct_name).put("`");
    let single = match strip_bulk(operation) {
        Some(single) => single,
        None => operation,
    };
    let near = nearest(nearest("", single, &CRUD), single, operations);
    if !near.is_empty() {
        message = message.put(": did you mean `").put(resource_type).put(".");
        if single.len() < operation.len() {
            message = message.put("bulk-");
        }
        message = message.put(near).put("`?");
    }
    message = message.put(" (declared: ");
    let mut at = 0;
    while at < operations.len() {
        message = message.put(operations[at]).put(", ");
        at += 1;
    }
    if operations.is_empty() || near.is_empty() {
        message = message.put("add, edit, delete");
    } else {
        // Without the last comma.
        message.len -= 2;
    }
    panic!("{}", message.put(") [EVT051]").text());
}

/// The same for an event that names no category: its details, of which these are the names, have what its resource type's category
/// demands.
///
/// # Panics
/// At compile time, with the message.
#[track_caller]
pub const fn check_all(
    known: Option<&'static ResourceDeclaration>,
    event: &str,
    resource_type: &str,
    operation: &str,
    details: &[&str],
) -> usize {
    check_event(known, event, resource_type, operation);
    let Some(ResourceDeclaration { spec }) = known else { return 0 };
    // Its own attribute has a mistake, which is reported there.
    if spec.resource_type.is_empty() {
        return 0;
    }
    if let Some(category) = spec.category
        && let Some(missing) = missing(category, details)
    {
        let message = Message::new()
            .put("event `")
            .put(event)
            .put("` is of category `")
            .put(category.name())
            .put("`, as `")
            .put(spec.struct_name)
            .put("` says, and records the detail `")
            .put(missing)
            .put("`: add it to its details");
        let message = meant(message, missing, details).put(", or name another category");
        let id = if is_built_in(category) { " [EVT021]" } else { " [EVT026]" };
        panic!("{}", message.put(id).text());
    }
    0
}

const fn is_built_in(category: CategoryRef) -> bool {
    matches!(category, CategoryRef::BuiltIn(_))
}

/// The first detail that a category demands and that is not among these.
pub(crate) const fn missing(category: CategoryRef, details: &[&str]) -> Option<&'static str> {
    let (fields, mut at) = (category.details(), 0);
    while at < fields.len() {
        if fields[at].required && !has(details, fields[at].name) {
            return Some(fields[at].name);
        }
        at += 1;
    }
    None
}

/// Offers the detail that was probably meant to be the missing one.
const fn meant(message: Message, missing: &str, details: &[&str]) -> Message {
    let near = nearest("", missing, details);
    match near.is_empty() {
        true => message,
        false => message.put(" (is `").put(near).put("` meant to be it?)"),
    }
}

/// The nearest of some operations that is near enough, or `found` where that is nearer.
pub(crate) const fn nearest<'o>(found: &'o str, operation: &str, operations: &[&'o str]) -> &'o str {
    let (mut found, mut at) = (found, 0);
    while at < operations.len() {
        let away = distance(operation, operations[at]);
        let is_near = away <= 2 || away <= operation.len() / 3;
        if is_near && (found.is_empty() || away < distance(operation, found)) {
            found = operations[at];
        }
        at += 1;
    }
    found
}

/// Checks that the details of an event, of which these are the names, have what their category demands. Zero; anything else is a compile error.
///
/// # Panics
/// At compile time, with the message.
#[track_caller]
pub const fn check_demands(declaration: &'static CategoryDeclaration, details: &[&str]) -> usize {
    let Some(missing) = missing(CategoryRef::Declared(declaration), details) else { return 0 };
    let message = Message::new()
        .put("an event of category `")
        .put(declaration.spec.name)
        .put("` records the detail `")
        .put(missing)
        .put("`: add it to its details");
    panic!("{}", meant(message, missing, details).put(" [EVT026]").text());
}

const fn has(names: &[&str], name: &str) -> bool {
    let mut at = 0;
    while at < names.len() {
        if same(names[at], name) {
            return true;
        }
        at += 1;
    }
    false
}
