//! The stable ids of the mistakes that the macros report, one line of meaning each.
//!
//! `docs/errors.md` has a paragraph per id. An id is never given another meaning.

use std::fmt;

/// One kind of mistake. Prints as its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Code {
    pub(crate) id: &'static str,
    pub(crate) meaning: &'static str,
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id)
    }
}

macro_rules! codes {
    ($($name:ident = $id:literal, $meaning:literal;)*) => {
        $(
            #[doc = $meaning]
            pub(crate) const $name: Code = Code { id: $id, meaning: $meaning };
        )*
        /// Every code, in the order of the ids.
        #[cfg(test)]
        pub(crate) const ALL: &[Code] = &[$($name),*];
    };
}

codes! {
    // What an attribute says: keys and their values.
    UNKNOWN_KEY = "EVT001", "the attribute has no such key";
    REPEATED_KEY = "EVT002", "a key or a choice is given twice";
    WRONG_VALUE = "EVT003", "a key has no value, or one of another kind";
    MISSING_EVENT = "EVT004", "the event type is missing";
    SYNTAX = "EVT005", "the list of keys cannot be read";
    UNKNOWN_CHOICE = "EVT006", "a value is not one of the fixed choices";
    BULK_KEY = "EVT007", "`bulk` is not a key yet";

    // Names.
    EVENT_PARTS = "EVT010", "an event type does not have exactly two parts";
    NOT_KEBAB = "EVT011", "a name is not kebab-case";
    RESERVED = "EVT012", "a name belongs to closing events";
    UNKNOWN_CATEGORY = "EVT013", "a category is neither built in nor the path of a type";
    UNKNOWN_SEVERITY = "EVT014", "a severity is none of the four";
    BUILT_IN_CATEGORY = "EVT015", "an application declares a category that is built in";
    EXCLUSIVE_KEYS = "EVT016", "two keys exclude each other";

    // Details, message, times.
    REPEATED_DETAIL = "EVT020", "a detail is given twice";
    STATE_REACHED = "EVT021", "an event of category `state` does not record the new state";
    PLACEHOLDER = "EVT022", "a message names something that it cannot show";
    TEMPLATE = "EVT023", "the braces of a message do not match";
    DURATION = "EVT024", "a duration cannot be read, or is zero";
    VERSION = "EVT025", "a version is not a positive number";
    UNTYPED_DETAIL = "EVT028", "the type of a detail is not known";

    // The function under `#[action]`.
    NO_RESOURCE = "EVT030", "nothing says which resource the event is about";
    NOT_ASYNC = "EVT031", "the function is not `async`";
    NO_BODY = "EVT032", "the function has no body";
    NOT_A_FUNCTION = "EVT033", "`#[action]` is on something else than a function";
    RENAMED_PATTERN = "EVT034", "`#[async_trait]` has renamed the argument that names the resource";
    REPEATED_EVENT = "EVT035", "one event type is emitted twice";

    // The item under `#[resource]`.
    NOT_A_RESOURCE = "EVT040", "`#[resource]` is on something else than a struct or an impl";
    GENERIC_TYPE = "EVT041", "a type that has one name has generic parameters";
    MISSING_EVENTS = "EVT042", "`#[resource]` does not say `events`";
    STRUCT_KEY = "EVT043", "a key of the type is given on an impl";
    REPEATED_OPERATION = "EVT044", "an operation is listed twice";
    NO_SUCH_FIELD = "EVT045", "`id` names no field of the struct";
    RESERVED_TYPE = "EVT048", "a resource type is called as events are";

    // EVT050 to EVT054 belong to the checks of the runtime, which this crate only calls; so do those of its traits.

    // Derives and categories.
    DETAILS_SHAPE = "EVT055", "`EventDetails` is derived for something else than a struct with named fields";
    RECORD_SHAPE = "EVT056", "`Record` cannot be derived for this shape";
    NOT_A_CATEGORY = "EVT057", "`#[category]` is on something else than a type";
}

#[cfg(test)]
mod tests {
    use super::ALL;

    #[test]
    fn ids_are_unique_ordered_and_of_the_compiler() {
        for pair in ALL.windows(2) {
            assert!(pair[0].id < pair[1].id, "{} before {}", pair[0], pair[1]);
        }
        for code in ALL {
            assert!(code.id.len() == 6 && code.id < "EVT1", "{code}");
            assert!(!code.meaning.is_empty());
        }
    }

    #[test]
    fn the_page_has_a_paragraph_for_every_code() {
        let page =
            std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/errors.md")).expect("the page");
        let headings: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("### ")).collect();
        for code in ALL {
            let meaning = code.meaning.strip_prefix('`').unwrap_or(code.meaning).to_lowercase();
            let found = headings.iter().find(|heading| heading.starts_with(code.id));
            let said = found.map(|heading| heading[code.id.len() + 1..].trim_start_matches('`').to_lowercase());
            assert_eq!(said, Some(meaning), "{code}");
        }
    }
}
