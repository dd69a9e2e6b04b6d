//! The values of attributes that a segment lists, so that counting by them needs no document.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use events_core::Attribute;

use crate::codec::{Decoder, Malformed, Put};

/// How many values of one attribute a segment lists; of an attribute with more it lists none.
const MOST_VALUES: usize = 4_096;

/// The listed values by attribute. An attribute that is in here is complete.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Values {
    listed: BTreeMap<StoredAttribute, Listed>,
}

/// An attribute as it is stored: its code, and its path where it is a detail.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct StoredAttribute {
    code: u8,
    path: Arc<str>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Listed {
    Values(BTreeSet<Arc<str>>),
    TooMany,
}

impl From<&Attribute> for StoredAttribute {
    fn from(attribute: &Attribute) -> Self {
        let path = match attribute {
            Attribute::Detail(path) => path.as_str().into(),
            _ => "".into(),
        };
        Self { code: attribute.code(), path }
    }
}

impl Values {
    pub(crate) fn insert(&mut self, attribute: &Attribute, value: &str) {
        self.insert_stored(attribute.into(), value);
    }

    fn insert_stored(&mut self, attribute: StoredAttribute, value: &str) {
        let listed = self.listed.entry(attribute).or_insert_with(|| Listed::Values(BTreeSet::new()));
        let Listed::Values(values) = listed else { return };
        if values.contains(value) {
            return;
        }
        if values.len() == MOST_VALUES {
            *listed = Listed::TooMany;
        } else {
            values.insert(value.into());
        }
    }

    /// Adds those of another segment.
    pub(crate) fn merge(&mut self, other: Self) {
        for (attribute, listed) in other.listed {
            match listed {
                Listed::TooMany => drop(self.listed.insert(attribute, Listed::TooMany)),
                Listed::Values(values) => {
                    values.iter().for_each(|value| self.insert_stored(attribute.clone(), value));
                }
            }
        }
    }

    /// All values of an attribute that is listed; none where there are too many of them.
    pub(crate) fn of(&self, attribute: &Attribute) -> Option<Vec<Arc<str>>> {
        match self.listed.get(&attribute.into()) {
            None => Some(Vec::new()),
            Some(Listed::Values(values)) => Some(values.iter().cloned().collect()),
            Some(Listed::TooMany) => None,
        }
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for (attribute, listed) in &self.listed {
            out.push(attribute.code);
            out.put_bytes(attribute.path.as_bytes());
            match listed {
                Listed::TooMany => out.put_varint(0),
                Listed::Values(values) => {
                    out.put_varint(values.len() as u64);
                    values.iter().for_each(|value| out.put_bytes(value.as_bytes()));
                }
            }
        }
        out
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut decoder = Decoder::new(bytes);
        let mut listed = BTreeMap::new();
        while !decoder.is_empty() {
            let attribute = StoredAttribute { code: decoder.u8()?, path: decoder.text()?.into() };
            let length = decoder.length()?;
            let values = if length == 0 {
                Listed::TooMany
            } else {
                let values: Result<_, _> = (0..length).map(|_| decoder.text().map(Arc::from)).collect();
                Listed::Values(values?)
            };
            listed.insert(attribute, values);
        }
        Ok(Self { listed })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_read_back_and_too_many_are_not_listed() {
        let mut values = Values::default();
        let detail = Attribute::Detail("size".to_owned());
        values.insert(&Attribute::Severity, "high");
        values.insert(&Attribute::Severity, "low");
        (0..=MOST_VALUES).for_each(|value| values.insert(&detail, &value.to_string()));
        let read = Values::decode(&values.encode()).unwrap();
        assert_eq!(read, values);
        assert_eq!(read.of(&Attribute::Severity).unwrap().len(), 2);
        assert_eq!(read.of(&detail), None);
        assert_eq!(read.of(&Attribute::Reason), Some(Vec::new()));
        let mut merged = Values::default();
        merged.insert(&detail, "7");
        merged.merge(read);
        assert_eq!(merged.of(&detail), None);
    }
}
