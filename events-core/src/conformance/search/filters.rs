//! Which events a filter finds.

use serde_json::json;

use super::{super::sample, Check, Event, Filled, Filter, Searchable, Subject, promises};
use crate::{
    event::AboutResource,
    identity::{Caller, Viewer},
    keys::Attribute,
    outcome::Reason,
    timestamp::Timestamp,
};

pub(super) fn checks<S: Subject<Store: Searchable>>() -> Vec<Check<S>> {
    promises![
        every_attribute_finds_the_events_that_have_its_value,
        details_are_found_by_their_paths,
        values_compare_exactly,
        words_are_found_in_any_case,
        filters_combine_as_logic_says,
        a_beginning_is_found_at_the_start_of_a_value,
        having_an_attribute_is_having_any_value,
        time_includes_its_beginning_and_excludes_its_end,
    ]
}

/// An event with a value of its own for every attribute; the closing of a failed operation.
fn rich() -> Event {
    let opening = sample::opening(1);
    let caller = Caller::user("user/jane")
        .and_then(|caller| caller.acting_as("group/north"))
        .and_then(|caller| caller.in_session("session/1"))
        .and_then(|caller| caller.with_claim("group/south"));
    Event {
        category: "alarm".to_owned(),
        severity: crate::category::Severity::Critical,
        resource: AboutResource {
            href: Some("nuvlabox/rich".to_owned()),
            resource_type: "nuvlabox-rich".to_owned(),
            content: Some(json!({ "hidden": "content" })),
        },
        authn_info: caller.expect("claims"),
        linked_identifiers: vec!["job/1".to_owned(), "credential/2".to_owned()],
        tags: vec!["blue".to_owned(), "Night Shift".to_owned()],
        message: Some("The device caught fire".to_owned()),
        details: [("force".to_owned(), json!(true))].into_iter().collect(),
        payload: Some(json!({ "hidden": "payload" })),
        ..sample::closing(&opening, Some(Reason::Timeout))
    }
}

fn every_attribute_finds_the_events_that_have_its_value<S: Subject<Store: Searchable>>(subject: &S) {
    let event = rich();
    let other = Event { event_type: "deployment.start".parse().expect("an event type"), ..sample::opening(2) };
    let filled = Filled::of_events(subject, [&sample::opening(1), &event, &other]);
    let root = event.root.map(|root| root.to_string()).unwrap_or_default();
    let finds = [
        (Attribute::Href, "nuvlabox/rich"),
        (Attribute::ResourceType, "nuvlabox-rich"),
        (Attribute::EventType, "nuvlabox.reboot.failed"),
        (Attribute::Phase, "failed"),
        (Attribute::Name, "nuvlabox.reboot"),
        (Attribute::Category, "alarm"),
        (Attribute::Severity, "critical"),
        (Attribute::Outcome, "failed"),
        (Attribute::Reason, "timeout"),
        (Attribute::User, "user/jane"),
        (Attribute::ActiveClaim, "group/north"),
        (Attribute::Session, "session/1"),
        (Attribute::Claim, "user/jane"),
        (Attribute::Claim, "group/south"),
        (Attribute::Parent, &root),
        (Attribute::Linked, "job/1"),
        (Attribute::Linked, "credential/2"),
        (Attribute::Tag, "Night Shift"),
        (Attribute::Detail("force".to_owned()), "true"),
        (Attribute::Word, "fire"),
        (Attribute::Word, "shift"),
    ];
    for (attribute, value) in finds {
        let filter = Filter::is(attribute, value);
        assert_eq!(filled.ids(&filter), [event.id], "{filter:?}");
    }
    assert_eq!(filled.ids(&Filter::is(Attribute::Root, root)), [event.id, sample::opening(1).id]);
    let misses = [
        (Attribute::Href, "nuvlabox"),
        (Attribute::EventType, "nuvlabox.reboot.completed"),
        (Attribute::Tag, "Night"),
        (Attribute::Claim, "group/north"),
        (Attribute::Detail("force".to_owned()), "1"),
        (Attribute::Detail("hidden".to_owned()), "payload"),
        (Attribute::Word, "content"),
        (Attribute::Word, "payload"),
        (Attribute::User, "nuvlabox/rich"),
    ];
    for (attribute, value) in misses {
        let filter = Filter::is(attribute, value);
        assert_eq!(filled.ids(&filter), [], "{filter:?}");
    }
}

fn details_are_found_by_their_paths<S: Subject<Store: Searchable>>(subject: &S) {
    let details = json!({
        "state": "ERROR",
        "count": 3,
        "ratio": 0.25,
        "forced": false,
        "nothing": null,
        "regions": ["eu", "us"],
        "target": { "release": { "major": 2 }, "names": [{ "first": "a" }, { "first": "b" }] },
        "with.dot": "x",
    });
    let details = details.as_object().cloned().unwrap_or_default();
    let event = Event { details, ..sample::direct(1) };
    let filled = Filled::of_events(subject, [&event, &sample::direct(2)]);
    let detail = |path: &str, value: &str| filled.ids(&Filter::is(Attribute::Detail(path.to_owned()), value));
    let finds = [
        ("state", "ERROR"),
        ("count", "3"),
        ("ratio", "0.25"),
        ("forced", "false"),
        ("regions", "eu"),
        ("regions", "us"),
        ("target.release.major", "2"),
        ("target.names.first", "b"),
        ("with.dot", "x"),
    ];
    for (path, value) in finds {
        assert_eq!(detail(path, value), [event.id], "{path} is {value}");
    }
    for (path, value) in [("nothing", "null"), ("state", "error"), ("count", "3.0"), ("major", "2"), ("stat", "ERROR")]
    {
        assert_eq!(detail(path, value), [], "{path} is {value}");
    }
}

fn values_compare_exactly<S: Subject<Store: Searchable>>(subject: &S) {
    let long = "x".repeat(500);
    let mut values: Vec<String> = sample::HOSTILE.iter().map(|text| (*text).to_owned()).collect();
    values.extend(["Blue", "blue", "blue ", "BLUE"].map(str::to_owned));
    values.extend(["a", "b", ""].map(|end| format!("{long}{end}")));
    let tagged = |(number, tag): (usize, &String)| Event {
        tags: vec![tag.clone()],
        details: [("value".to_owned(), json!(tag))].into_iter().collect(),
        ..sample::direct(number as u64)
    };
    let events: Vec<Event> = values.iter().enumerate().map(tagged).collect();
    let filled = Filled::of_events(subject, &events);
    for (value, event) in values.iter().zip(&events) {
        for attribute in [Attribute::Tag, Attribute::Detail("value".to_owned())] {
            assert_eq!(filled.ids(&Filter::is(attribute, value)), [event.id], "only its event has {value:?}");
        }
    }
}

fn words_are_found_in_any_case<S: Subject<Store: Searchable>>(subject: &S) {
    let event = Event { message: Some("Größe des Geräts: 12kg (Überlast!)".to_owned()), ..sample::direct(1) };
    let filled = Filled::of_events(subject, [&event, &sample::direct(2)]);
    for text in ["größe", "GERÄTS", "12kg", "überlast", "nothing Überlast"] {
        assert_eq!(filled.ids(&Filter::text(text)), [event.id], "{text}");
    }
    for text in ["groesse", "12", "last", "", "…"] {
        assert_eq!(filled.ids(&Filter::text(text)), [], "{text}");
    }
    assert_eq!(filled.ids(&Filter::text("state changed")).len(), 2, "the words of the name count too");
}

fn filters_combine_as_logic_says<S: Subject<Store: Searchable>>(subject: &S) {
    use Filter::{All, Any, Not};
    let tagged = |number: u64, tags: &[&str]| Event {
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        ..sample::direct(number)
    };
    let filled =
        Filled::of_events(subject, &[tagged(0, &[]), tagged(1, &["a"]), tagged(2, &["b"]), tagged(3, &["a", "b"])]);
    let is = |tag: &str| Filter::is(Attribute::Tag, tag);
    let not = |filter| Not(Box::new(filter));
    let nested = (0..40).fold(is("a"), |filter, _| Not(Box::new(Not(Box::new(All(vec![filter]))))));
    let table = [
        (All(vec![]), &[3, 2, 1, 0][..]),
        (Any(vec![]), &[]),
        (not(All(vec![])), &[]),
        (not(Any(vec![])), &[3, 2, 1, 0]),
        (is("a"), &[3, 1]),
        (not(is("a")), &[2, 0]),
        (All(vec![is("a"), is("b")]), &[3]),
        (Any(vec![is("a"), is("b")]), &[3, 2, 1]),
        (All(vec![is("a"), not(is("b"))]), &[1]),
        (not(Any(vec![is("a"), is("b")])), &[0]),
        (Any(vec![All(vec![is("a"), is("b")]), not(Any(vec![is("a"), is("b")]))]), &[3, 0]),
        (All(vec![Any(vec![]), is("a")]), &[]),
        (Any(vec![All(vec![]), is("a")]), &[3, 2, 1, 0]),
        (not(is("c")), &[3, 2, 1, 0]),
        (All(vec![is("a"); 50]), &[3, 1]),
        (nested, &[3, 1]),
    ];
    for (filter, expected) in table {
        let expected: Vec<_> = expected.iter().map(|number| sample::direct(*number).id).collect();
        assert_eq!(filled.ids(&filter), expected, "{filter:?}");
    }
}

fn a_beginning_is_found_at_the_start_of_a_value<S: Subject<Store: Searchable>>(subject: &S) {
    let tagged = |number, tag: &str| Event { tags: vec![tag.to_owned()], ..sample::direct(number) };
    let events = [tagged(1, "alpha%"), tagged(2, "alpine"), tagged(3, "Alpha"), tagged(4, "𝔘𝔫"), sample::direct(5)];
    let filled = Filled::of_events(subject, &events);
    let found = |prefix: &str| filled.ids(&Filter::StartsWith(Attribute::Tag, prefix.to_owned()));
    assert_eq!(found("alp"), [events[1].id, events[0].id]);
    assert_eq!(found("alpha%"), [events[0].id]);
    assert_eq!(found("alpha%%"), []);
    assert_eq!(found("lpha"), []);
    assert_eq!(found("𝔘"), [events[3].id]);
    assert_eq!(found("").len(), 4, "every value begins with nothing; an absent one does not");
}

fn having_an_attribute_is_having_any_value<S: Subject<Store: Searchable>>(subject: &S) {
    let event = rich();
    let bare = Event {
        resource: AboutResource { href: None, resource_type: "nuvlabox".to_owned(), content: None },
        ..sample::direct(2)
    };
    let filled = Filled::of_events(subject, [&sample::opening(1), &event, &bare]);
    let has = |attribute| filled.ids(&Filter::Has(attribute));
    for attribute in [
        Attribute::Reason,
        Attribute::Outcome,
        Attribute::User,
        Attribute::Session,
        Attribute::Tag,
        Attribute::Linked,
        Attribute::Parent,
        Attribute::Detail("force".to_owned()),
    ] {
        assert_eq!(has(attribute.clone()), [event.id], "{attribute:?}");
    }
    assert_eq!(has(Attribute::Href).len(), 2);
    assert_eq!(has(Attribute::ResourceType).len(), 3);
    assert_eq!(has(Attribute::Detail("none".to_owned())), []);
    assert_eq!(filled.ids(&Filter::Not(Box::new(Filter::Has(Attribute::Href)))), [bare.id]);
}

fn time_includes_its_beginning_and_excludes_its_end<S: Subject<Store: Searchable>>(subject: &S) {
    let events: Vec<Event> = (0..5).map(sample::direct).collect();
    let filled = Filled::of_events(subject, &events);
    let within = |from, until| filled.ids(&Filter::Time { from, until });
    let (first, last) = (events[0].timestamp, events[4].timestamp);
    assert_eq!(within(first, last).len(), 4);
    assert_eq!(within(events[2].timestamp, events[3].timestamp), [events[2].id]);
    assert_eq!(within(Timestamp::from_millis(first.millis() + 1), Timestamp::from_millis(last.millis() + 1)).len(), 4);
    assert_eq!(within(first, first), []);
    assert_eq!(within(last, first), [], "an end before the beginning is no time at all");
    assert_eq!(within(Timestamp::MIN, Timestamp::MAX).len(), 5);
    let outside = Filter::Not(Box::new(Filter::Time { from: events[1].timestamp, until: last }));
    assert_eq!(filled.ids(&outside), [events[4].id, events[0].id]);
    let either = Filter::Any(vec![
        Filter::Time { from: first, until: events[1].timestamp },
        Filter::Time { from: last, until: Timestamp::MAX },
    ]);
    assert_eq!(filled.ids(&either), [events[4].id, events[0].id]);
    assert_eq!(filled.count(&Filter::Time { from: first, until: last }, &Viewer::with_claims([])), 0);
}
