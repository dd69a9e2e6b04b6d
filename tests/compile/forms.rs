//! What is refused on one kind of item is refused on the others on which it can be written.

use std::collections::BTreeSet;

use crate::case::{Case, Kind};

/// The kinds of items on which most mistakes can be made.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Function,
    Method,
    Details,
    Other,
}

/// What cannot be wrong with a method, and why.
const NOT_ON_METHODS: [(&str, &str); 2] =
    [("EVT033", "a method is a function"), ("EVT044", "a closed set stands on a struct, also where functions follow")];

/// What can be wrong with a direct event, which has no arguments, no body and no answer.
const ON_DETAILS: [&str; 23] = [
    "EVT001", "EVT002", "EVT003", "EVT004", "EVT005", "EVT010", "EVT011", "EVT012", "EVT013", "EVT014", "EVT020",
    "EVT021", "EVT022", "EVT023", "EVT025", "EVT026", "EVT027", "EVT046", "EVT047", "EVT050", "EVT051", "EVT055",
    "EVT058",
];

#[test]
fn every_mistake_has_a_case_on_each_kind_of_item_that_can_have_it() {
    let cases = Case::all(Kind::Fail);
    let on = |form: Form| -> BTreeSet<String> {
        let marks = cases.iter().filter(|case| of(case) == form).flat_map(Case::marks);
        marks.map(|mark| mark.id).filter(|id| id.starts_with("EVT")).collect()
    };
    let (functions, methods, details) = (on(Form::Function), on(Form::Method), on(Form::Details));
    let excused: Vec<&str> = NOT_ON_METHODS.iter().map(|(id, _)| *id).collect();
    let missing: Vec<&String> = functions.difference(&methods).filter(|id| !excused.contains(&id.as_str())).collect();
    assert!(missing.is_empty(), "cases on functions that have none on methods: {missing:?}");
    let idle: Vec<&&str> = excused.iter().filter(|id| methods.contains(**id)).collect();
    assert!(idle.is_empty(), "excused, and there all the same: {idle:?}");
    let expected: BTreeSet<String> = ON_DETAILS.map(str::to_owned).into();
    assert_eq!(details, expected, "cases on direct events, and what can be wrong with them");
}

fn of(case: &Case) -> Form {
    let text = &case.text;
    let in_impl =
        || text.split("impl ").skip(1).chain(text.split("trait ").skip(1)).any(|rest| rest.contains("#[action"));
    if text.contains("derive(EventDetails)") {
        Form::Details
    } else if !text.contains("#[action") {
        Form::Other
    } else if in_impl() {
        Form::Method
    } else {
        Form::Function
    }
}
