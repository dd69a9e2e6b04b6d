//! The values of attributes that a segment lists, so that counting by them needs no document.

use std::sync::Arc;

use events_core::Attribute;

use crate::{
    codec::{Decoder, Malformed, Put},
    event_keys::{ListedValue, path_of},
};

/// How many values of one attribute a segment lists; of an attribute with more it lists none.
const MOST_VALUES: usize = 1_024;

/// The listed values by attribute. An attribute that is in here is complete.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Values {
    /// By attribute.
    attributes: Vec<Listed>,
}

/// What is listed of an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Listed {
    /// The code of the attribute.
    code: u8,
    /// Its path where it is a detail.
    path: Arc<str>,
    /// None where there are too many. In no order, and some perhaps twice, until they are sorted.
    values: Option<Vec<Arc<str>>>,
}

impl Listed {
    fn attribute(&self) -> (u8, &str) {
        (self.code, &self.path)
    }

    /// Adds values. Only when there are enough to be too many is it seen which of them are the same.
    fn add(&mut self, more: impl IntoIterator<Item = Arc<str>>) {
        let Some(values) = &mut self.values else { return };
        values.extend(more);
        if values.len() > MOST_VALUES {
            self.sort();
        }
    }

    fn sort(&mut self) {
        if let Some(values) = &mut self.values {
            values.sort_unstable();
            values.dedup();
            if values.len() > MOST_VALUES {
                self.values = None;
            }
        }
    }
}

fn stored(attribute: &Attribute) -> (u8, &str) {
    (attribute.code(), path_of(attribute))
}

impl Values {
    pub(crate) fn insert(&mut self, ListedValue { code, path, value }: ListedValue<'_>) {
        let listed = self.listed((code, path));
        if listed.values.is_some() {
            listed.add([value.into()]);
        }
    }

    fn listed(&mut self, attribute: (u8, &str)) -> &mut Listed {
        let at = match self.attributes.binary_search_by(|listed| listed.attribute().cmp(&attribute)) {
            Ok(at) => at,
            Err(at) => {
                let (code, path) = attribute;
                self.attributes.insert(at, Listed { code, path: path.into(), values: Some(Vec::new()) });
                at
            }
        };
        &mut self.attributes[at]
    }

    /// Adds those of another segment.
    pub(crate) fn merge(&mut self, other: Self) {
        for other in other.attributes {
            let listed = self.listed(other.attribute());
            match other.values {
                None => listed.values = None,
                Some(values) => listed.add(values),
            }
        }
    }

    /// All values of an attribute that is listed, each once; none where there are too many of them.
    pub(crate) fn of(&self, attribute: &Attribute) -> Option<Vec<Arc<str>>> {
        match self.attributes.binary_search_by(|listed| listed.attribute().cmp(&stored(attribute))) {
            Err(_) => Some(Vec::new()),
            Ok(at) => {
                let mut listed = self.attributes[at].clone();
                listed.sort();
                listed.values
            }
        }
    }

    pub(crate) fn encode(mut self) -> Vec<u8> {
        let mut out = Vec::new();
        for listed in &mut self.attributes {
            listed.sort();
            out.push(listed.code);
            out.put_bytes(listed.path.as_bytes());
            // An attribute without values is not listed.
            let values = listed.values.as_deref().unwrap_or_default();
            out.put_varint(values.len() as u64);
            values.iter().for_each(|value| out.put_bytes(value.as_bytes()));
        }
        out
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut decoder = Decoder::new(bytes);
        let mut read = Self::default();
        while !decoder.is_empty() {
            let (code, path) = (decoder.u8()?, decoder.text()?);
            let length = decoder.length()?;
            let values: Result<Vec<Arc<str>>, _> = (0..length).map(|_| decoder.text().map(Arc::from)).collect();
            read.listed((code, path)).values = Some(values?).filter(|values| !values.is_empty());
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_read_back_and_too_many_are_not_listed() {
        let insert = |values: &mut Values, attribute: &Attribute, value: &str| {
            values.insert(ListedValue { code: attribute.code(), path: path_of(attribute), value });
        };
        let mut values = Values::default();
        let detail = Attribute::Detail("size".to_owned());
        for value in ["low", "high", "low"] {
            insert(&mut values, &Attribute::Severity, value);
        }
        (0..=MOST_VALUES).for_each(|value| insert(&mut values, &detail, &value.to_string()));
        let repeated = Attribute::Detail("repeated".to_owned());
        (0..2 * MOST_VALUES).for_each(|value| insert(&mut values, &repeated, &(value % MOST_VALUES).to_string()));
        let read = Values::decode(&values.clone().encode()).unwrap();
        assert_eq!(read.of(&Attribute::Severity).unwrap(), ["high".into(), "low".into()]);
        assert_eq!(read.of(&detail), None);
        assert_eq!(read.of(&repeated).unwrap().len(), MOST_VALUES);
        assert_eq!(read.of(&Attribute::Reason), Some(Vec::new()));
        for attribute in [&Attribute::Severity, &detail, &repeated] {
            assert_eq!(read.of(attribute), values.of(attribute));
        }
        let mut merged = Values::default();
        insert(&mut merged, &detail, "7");
        insert(&mut merged, &repeated, "7");
        merged.merge(read.clone());
        assert_eq!(merged.of(&detail), None);
        assert_eq!(merged.of(&repeated), read.of(&repeated));
        insert(&mut merged, &repeated, "one more");
        assert_eq!(merged.of(&repeated), None);
    }
}
