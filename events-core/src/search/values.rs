//! The values that an event has for an attribute.

use std::{borrow::Cow, fmt};

use serde::{
    Deserializer,
    de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

use super::field::Field;
use crate::keys::Keys;

/// Calls `put` with the text of every value. Attributes with keys have each value once.
pub(crate) fn each(field: &Field, document: &[u8], keys: &Keys<'_>, put: &mut dyn FnMut(Cow<'_, str>)) {
    if let Some(attribute) = field.keys() {
        return keys.values(attribute).for_each(|value| put(Cow::Borrowed(field.of_key(value))));
    }
    match field.path() {
        _ if !field.is_known() => {}
        "id" => put(Cow::Owned(keys.id.to_string())),
        "timestamp" => put(Cow::Owned(keys.timestamp.to_string())),
        "created" => keys.created.iter().for_each(|created| put(Cow::Owned(created.to_string()))),
        path => {
            let mut deserializer = serde_json::Deserializer::from_slice(document);
            // A stored document is JSON: its keys were read.
            let _ = Below { path: Some(path), put }.deserialize(&mut deserializer);
        }
    }
}

/// The scalars under a path; none: the value itself.
struct Below<'s> {
    path: Option<&'s str>,
    put: &'s mut dyn FnMut(Cow<'_, str>),
}

impl<'de> DeserializeSeed<'de> for Below<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Below<'_> {
    fn scalar(self, text: Cow<'_, str>) {
        if self.path.is_none() {
            (self.put)(text);
        }
    }
}

impl<'de> Visitor<'de> for Below<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.scalar(Cow::Borrowed(if value { "true" } else { "false" }));
        Ok(())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.scalar(Cow::Owned(value.to_string()));
        Ok(())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.scalar(Cow::Owned(value.to_string()));
        Ok(())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        self.scalar(Cow::Owned(value.to_string()));
        Ok(())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.scalar(Cow::Borrowed(text));
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element_seed(Below { path: self.path, put: &mut *self.put })?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<(), A::Error> {
        let (name, rest) = match self.path {
            Some(path) => path.split_once('.').map_or((Some(path), None), |(name, rest)| (Some(name), Some(rest))),
            None => (None, None),
        };
        while let Some(found) = fields.next_key::<Cow<'de, str>>()? {
            if name == Some(&*found) {
                fields.next_value_seed(Below { path: rest, put: &mut *self.put })?;
            } else {
                fields.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}
