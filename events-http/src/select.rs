//! Which attributes of an event are shown.

use std::collections::BTreeSet;

/// The attributes that a request selects: all, or some and the id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Select(Option<BTreeSet<String>>);

impl Select {
    /// Of the parameters `select`: lists with commas, repeated or not.
    pub(crate) fn of<'v>(values: impl Iterator<Item = &'v str>) -> Self {
        let mut selected: Option<BTreeSet<String>> = None;
        for value in values {
            let names = value.split(',').map(str::trim).filter(|name| !name.is_empty());
            selected.get_or_insert_default().extend(names.map(str::to_owned));
        }
        Self(selected)
    }

    pub(crate) fn is_everything(&self) -> bool {
        self.0.is_none()
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.as_ref().is_none_or(|selected| name == "id" || selected.contains(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_repetitions_are_one_selection() {
        let select = Select::of(["id, name", "content"].into_iter());
        assert!(["id", "name", "content"].iter().all(|name| select.has(name)));
        assert!(!select.has("acl"));
        assert!(Select::of([""].into_iter()).has("id"));
        assert!(!Select::of([""].into_iter()).has("name"));
        assert!(Select::of([].into_iter()).is_everything());
    }
}
