//! An event that is compared with a filter.

use std::cell::RefCell;

use super::{field::Field, values};
use crate::keys::Keys;

/// What is read in a document for one condition is there for the others: a list of values is thousands of them, all
/// about one attribute.
pub(crate) struct Examined<'e> {
    document: &'e [u8],
    pub(crate) keys: &'e Keys<'e>,
    /// Attributes that no key serves, by their paths, with the values that were read.
    read: RefCell<Vec<(&'e str, Vec<String>)>>,
}

impl<'e> Examined<'e> {
    pub(crate) fn new(document: &'e [u8], keys: &'e Keys<'e>) -> Self {
        Self { document, keys, read: RefCell::default() }
    }

    /// Whether this holds for a value of the attribute.
    pub(super) fn any(&self, field: &'e Field, holds: impl Fn(&str) -> bool) -> bool {
        if let Some(attribute) = field.keys() {
            return self.keys.values(attribute).any(|value| holds(field.of_key(value)));
        }
        if !field.is_known() {
            return false;
        }
        let mut read = self.read.borrow_mut();
        let known = read.iter().position(|(path, _)| *path == field.path());
        let index = known.unwrap_or_else(|| {
            let mut found = Vec::new();
            values::each(field, self.document, self.keys, &mut |value| found.push(value.into_owned()));
            read.push((field.path(), found));
            read.len() - 1
        });
        read[index].1.iter().any(|value| holds(value))
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use crate::{
        acl::Visibility,
        conformance::Generator,
        query::Filter,
        search::{Comparison, FilterExpression},
        timestamp::Timestamp,
    };

    #[test]
    fn a_list_of_values_is_compared_with_one_look_at_the_document() {
        let mut document: serde_json::Value =
            serde_json::from_slice(&Generator::new(1).events(1).remove(0).document).unwrap();
        document["payload"] = vec!["something to read over"; 20_000].into();
        document["subcategory"] = "last".into();
        let document = serde_json::to_vec(&document).unwrap();
        let keys = Keys::of(&document).unwrap();
        let value =
            |number: usize| Filter::Compares(Field::at("subcategory"), Comparison::equals(format!("s{number}")));
        let many: Vec<Filter> = (0..20_000).map(value).collect();
        let began = Instant::now();
        assert!(!Filter::Any(many.clone()).finds(&document, &keys, Visibility::Data));
        let last = Filter::Compares(Field::at("subcategory"), Comparison::equals("last"));
        assert!(Filter::Any(many.into_iter().chain([last]).collect()).finds(&document, &keys, Visibility::Data));
        // Reading it for every value would take minutes.
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    }

    #[test]
    fn values_of_one_attribute_are_not_taken_for_those_of_another() {
        let mut document: serde_json::Value =
            serde_json::from_slice(&Generator::new(1).events(1).remove(0).document).unwrap();
        (document["subcategory"], document["legacy-id"]) = ("one".into(), "other".into());
        let document = serde_json::to_vec(&document).unwrap();
        let keys = Keys::of(&document).unwrap();
        let finds = |text: &str| {
            let filter = text.parse::<FilterExpression>().unwrap().filter(Timestamp::MIN).unwrap();
            filter.finds(&document, &keys, Visibility::Data)
        };
        assert!(finds("subcategory='one' and legacy-id='other' and subcategory!='other'"));
        assert!(!finds("subcategory='other' or legacy-id='one'"));
    }
}
