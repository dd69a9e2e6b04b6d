//! Texts that are as long as an event keeps them.

use serde_json::json;

use super::{super::sample, Check, Event, Filled, Query, Searchable, Subject, id_of, promises};
use crate::{
    id::EventId,
    identity::Viewer,
    outcome::{Failure, Reason},
    query::Filter,
    search::{Figure, FilterExpression, Measurement, Order},
};

pub(super) fn checks<S: Subject<Store: Searchable>>() -> Vec<Check<S>> {
    promises![texts_of_the_full_length_are_found_and_ordered_and_counted]
}

fn texts_of_the_full_length_are_found_and_ordered_and_counted<S: Subject<Store: Searchable>>(subject: &S) {
    // As many characters as bytes, and half as many. In their order, and none is last.
    let longest = ["m".to_owned(), "x".repeat(Event::LONGEST_TEXT), "é".repeat(Event::LONGEST_TEXT / 2)];
    let saying = |number: usize, text: &String| Event {
        message: Some(text.clone()),
        failure: Some(Failure::new(Reason::Error).because(text.clone())),
        details: [("text".to_owned(), json!(text))].into_iter().collect(),
        ..sample::direct(number as u64)
    };
    let mut events: Vec<Event> = longest.iter().enumerate().map(|(number, text)| saying(number, text)).collect();
    events.push(sample::direct(9));
    let filled = Filled::of_events(subject, &events);
    let ids = |of: &[usize]| -> Vec<EventId> { of.iter().map(|index| events[*index].id).collect() };
    for path in ["message", "failure/message", "details/text"] {
        let found = |comparison: &str| {
            let read = format!("{path}{comparison}").parse::<FilterExpression>();
            filled.ids(&read.and_then(|read| read.filter(sample::at(0))).unwrap_or_else(|wrong| panic!("{wrong}")))
        };
        // The newest first.
        assert_eq!(found("!=null"), ids(&[2, 1, 0]), "events with a {path}");
        assert_eq!(found("=null"), ids(&[3]), "events without a {path}");
        for (index, text) in longest.iter().enumerate() {
            assert_eq!(found(&format!("='{text}'")), ids(&[index]), "the {path} of {} bytes", text.len());
            let start: String = text.chars().take(300).collect();
            assert_eq!(
                found(&format!("^='{start}'")),
                ids(&[index]),
                "the {path} of {} bytes, by its start",
                text.len()
            );
        }
        for (order, expected) in [("asc", [0, 1, 2, 3]), ("desc", [2, 1, 0, 3])] {
            let order = Order::from(&*format!("{path}:{order}"));
            let page = filled.page(&Query::new(Viewer::admin()).order_by(order.clone()));
            assert_eq!(page.events.iter().map(id_of).collect::<Vec<_>>(), ids(&expected), "by {order}");
        }
        let figure = |name: &str| {
            let figure: Figure = format!("{name}:{path}").parse().expect("a figure");
            let (filter, viewer) = (Filter::everything(), Viewer::admin());
            filled.measure(&Measurement { filter, viewer, figure, within: None }).value
        };
        assert_eq!(figure("value_count"), json!({ "value": 3 }), "values of {path}");
        assert_eq!(figure("cardinality"), json!({ "value": 3 }), "different values of {path}");
        assert_eq!(figure("missing"), json!({ "doc_count": 1 }), "events without {path}");
    }
}
