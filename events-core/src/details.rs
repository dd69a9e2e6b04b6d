//! The scalars in an event's details, read straight from the document.

use std::{borrow::Cow, fmt};

use serde::{
    Deserializer,
    de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::Number;

/// Longest path that a value is found by, in bytes. A path may be as long as its details, and every value has one.
const MAX_PATH: usize = 512;

/// Calls `put` with the path and the text of every scalar. A path is made of names with dots; the elements
/// of an array have that of the array. Values below a longer path are not searched by.
pub(crate) fn scalars<'d>(details: &'d str, put: &mut dyn FnMut(&str, Cow<'d, str>)) -> Result<(), serde_json::Error> {
    let mut put = |path: &str, text| {
        if path.len() <= MAX_PATH {
            put(path, text);
        }
    };
    let mut deserializer = serde_json::Deserializer::from_str(details);
    deserializer.deserialize_map(Scalars { path: &mut String::new(), put: &mut put })?;
    deserializer.end()
}

struct Scalars<'s, 'd> {
    path: &'s mut String,
    put: &'s mut dyn FnMut(&str, Cow<'d, str>),
}

impl<'d> DeserializeSeed<'d> for Scalars<'_, 'd> {
    type Value = ();

    fn deserialize<D: Deserializer<'d>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'d> Visitor<'d> for Scalars<'_, 'd> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("details")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        (self.put)(self.path, Cow::Borrowed(if value { "true" } else { "false" }));
        Ok(())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        (self.put)(self.path, Cow::Owned(value.to_string()));
        Ok(())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        (self.put)(self.path, Cow::Owned(value.to_string()));
        Ok(())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        if let Some(number) = Number::from_f64(value) {
            (self.put)(self.path, Cow::Owned(number.to_string()));
        }
        Ok(())
    }

    fn visit_borrowed_str<E: Error>(self, text: &'d str) -> Result<(), E> {
        (self.put)(self.path, Cow::Borrowed(text));
        Ok(())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        (self.put)(self.path, Cow::Owned(text.to_owned()));
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'d>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element_seed(Scalars { path: &mut *self.path, put: &mut *self.put })?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'d>>(self, mut fields: A) -> Result<(), A::Error> {
        let outer = self.path.len();
        while fields.next_key_seed(Name(&mut *self.path))?.is_some() {
            fields.next_value_seed(Scalars { path: &mut *self.path, put: &mut *self.put })?;
            self.path.truncate(outer);
        }
        Ok(())
    }
}

/// Extends the path by a name.
struct Name<'p>(&'p mut String);

impl<'d> DeserializeSeed<'d> for Name<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'d>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Name<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<(), E> {
        if !self.0.is_empty() {
            self.0.push('.');
        }
        self.0.push_str(name);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_have_paths_with_dots() {
        let details = r#"{"a":1,"b":{"c":[true,"x",{"d":-2}],"e":null},"f":1.50,"g":"q\"","h":[]}"#;
        let mut found = Vec::new();
        scalars(details, &mut |path, text| found.push(format!("{path}={text}"))).unwrap();
        assert_eq!(found, ["a=1", "b.c=true", "b.c=x", "b.c.d=-2", "f=1.5", "g=q\""]);
    }

    #[test]
    fn what_stands_below_a_path_beyond_the_cap_is_not_searched_by() {
        let details = format!(r#"{{"{0}":{{"b":[1,2],"bc":3}},"a":4}}"#, "x".repeat(MAX_PATH - 2));
        let mut found = Vec::new();
        scalars(&details, &mut |_, text| found.push(text.into_owned())).unwrap();
        assert_eq!(found, ["1", "2", "4"]);
    }
}
