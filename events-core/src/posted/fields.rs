//! The fields of a posted document, read one by one; whatever is wrong is collected.

use std::{fmt, str::FromStr};

use serde_json::{Map, Value};

use crate::json;

/// An object whose fields are taken out, until nothing is left that nobody knows.
#[derive(Debug)]
pub(super) struct Fields<'p> {
    /// What stands before the names of its fields in messages.
    path: &'static str,
    fields: Map<String, Value>,
    problems: &'p mut Vec<String>,
}

impl<'p> Fields<'p> {
    pub(super) fn new(path: &'static str, fields: Map<String, Value>, problems: &'p mut Vec<String>) -> Self {
        Self { path, fields, problems }
    }

    /// Something is wrong with a field.
    pub(super) fn problem(&mut self, name: &str, what: impl fmt::Display) {
        self.problems.push(format!("`{}{}`: {what}", self.path, shown(name)));
    }

    /// What is wrong with the fields of an object in it.
    pub(super) fn add(&mut self, problems: Vec<String>) {
        self.problems.extend(problems);
    }

    /// Whether a field is there.
    pub(super) fn has(&self, name: &str) -> bool {
        self.fields.contains_key(name)
    }

    /// Any value; null counts as absent.
    pub(super) fn value(&mut self, name: &str) -> Option<Value> {
        self.fields.remove(name).filter(|value| !value.is_null())
    }

    pub(super) fn string(&mut self, name: &str) -> Option<String> {
        match self.value(name)? {
            Value::String(text) => Some(text),
            other => self.unlike(name, "a string", &other),
        }
    }

    pub(super) fn bool(&mut self, name: &str) -> Option<bool> {
        match self.value(name)? {
            Value::Bool(value) => Some(value),
            other => self.unlike(name, "true or false", &other),
        }
    }

    pub(super) fn object(&mut self, name: &str) -> Option<Map<String, Value>> {
        match self.value(name)? {
            Value::Object(fields) => Some(fields),
            other => self.unlike(name, "an object", &other),
        }
    }

    pub(super) fn number(&mut self, name: &str) -> Option<u32> {
        let value = self.value(name)?;
        match value.as_u64().and_then(|number| u32::try_from(number).ok()) {
            Some(number) => Some(number),
            None => self.unlike(name, "a number from 0 to 4294967295", &value),
        }
    }

    /// An array of strings without empty ones.
    pub(super) fn strings(&mut self, name: &str) -> Option<Vec<String>> {
        let value = self.value(name)?;
        let texts = value.as_array().map(|items| {
            let text = |item: &Value| item.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
            items.iter().map(text).collect::<Option<Vec<_>>>()
        });
        match texts {
            Some(Some(texts)) => Some(texts),
            _ => self.unlike(name, "an array of strings that are not empty", &value),
        }
    }

    /// A string that says something else.
    pub(super) fn parsed<T: FromStr<Err: fmt::Display>>(&mut self, name: &str) -> Option<T> {
        let text = self.string(name)?;
        match text.parse() {
            Ok(parsed) => Some(parsed),
            Err(error) => {
                self.problem(name, error);
                None
            }
        }
    }

    /// Leaves fields out that say nothing here.
    pub(super) fn ignore(&mut self, names: &[&str]) {
        names.iter().for_each(|name| drop(self.fields.remove(*name)));
    }

    /// Nothing else may be there.
    pub(super) fn end(mut self) {
        let left: Vec<String> = self.fields.keys().cloned().collect();
        for name in left.iter().take(MOST_UNKNOWN) {
            self.problem(name, "there is no such field: leave it out");
        }
        if left.len() > MOST_UNKNOWN {
            self.problems.push(format!("{} more fields that do not exist", left.len() - MOST_UNKNOWN));
        }
    }

    fn unlike<T>(&mut self, name: &str, expected: &str, found: &Value) -> Option<T> {
        self.problem(name, format_args!("write {expected} in place of {}", shown(&found.to_string())));
        None
    }
}

/// Unknown fields that are named: a document may have any number of them.
const MOST_UNKNOWN: usize = 20;

/// A value from outside, as a message quotes it.
pub(super) fn shown(text: &str) -> String {
    json::prefix(text, 80).escape_debug().to_string()
}
