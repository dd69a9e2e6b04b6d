//! What is declared, and what an application puts in freely, on the server.

use elasticsearch::http::Method;
use events_core::{
    Attribute, Delivery, Destination, DetailField, Event, EventDeclaration, EventSpec, Filter, NotReady, Query,
    Registration, Registry, Search, Seq, Sequenced, Viewer,
    conformance::{Generator, entry, search::Searchable},
};
use events_test_servers::elasticsearch;
use serde_json::{Map, Value, json};

use crate::place::{Place, Store};

const fn field(name: &'static str, type_name: &'static str) -> DetailField {
    DetailField { name, type_name: Some(type_name), required: false }
}

static REBOOT: EventDeclaration = EventDeclaration::new(EventSpec {
    details: &[
        field("force", "bool"),
        field("delay", "Option<u64>"),
        field("since", "Timestamp"),
        field("by", "Href<User>"),
    ],
    ..EventSpec::action("nuvlabox.reboot", "nuvlabox", "reboot", "reboot", module_path!(), "tests")
});

static UPDATE: EventDeclaration = EventDeclaration::new(EventSpec {
    details: &[field("force", "bool"), field("share", "f64"), field("release", "Release")],
    ..EventSpec::action("nuvlabox.update", "nuvlabox", "update", "update", module_path!(), "tests")
});

/// Contradicts `REBOOT`.
static CHECK: EventDeclaration = EventDeclaration::new(EventSpec {
    details: &[field("delay", "String")],
    ..EventSpec::action("nuvlabox.check", "nuvlabox", "check", "check", module_path!(), "tests")
});

fn declaring(events: &[&'static EventDeclaration]) -> Registry {
    Registry::of(events.iter().copied().map(Registration::Event))
}

/// Some event with other details and payload.
fn event(number: usize, details: Value, payload: Value) -> Event {
    let mut events = Generator::new(number as u64);
    let event = events.find(|entry| entry.id.as_u128() & 1 == 0).expect("endless");
    let event = Event::from_document(&event.document).expect("a generated event");
    Event { details: details.as_object().cloned().unwrap_or_default(), payload: Some(payload), ..event }
}

fn store(place: &Store, event: &Event) -> Delivery {
    let entry = entry(event);
    let batch = [Sequenced { seq: Seq(1), id: entry.id, document: entry.document }];
    place.place.wait(place.deliver(&batch)).remove(0)
}

/// The types of the details in the one month there is.
fn types(place: &Place) -> Value {
    let months = place.get(&format!("/{}/_mapping", place.prefix));
    let month = months.as_object().and_then(|months| months.values().next()).cloned().unwrap_or_default();
    let details = month.pointer("/mappings/properties/keys/properties/details/properties").cloned().unwrap_or_default();
    let types: Map<String, Value> =
        details.as_object().into_iter().flatten().map(|(name, field)| (name.clone(), field["type"].clone())).collect();
    Value::Object(types)
}

#[test]
fn a_thousand_payload_keys_are_none_of_the_servers_business() {
    for (_, url) in elasticsearch() {
        let server = Store::new(&url, &declaring(&[&REBOOT]));
        let keys =
            |of: &str| (0..1_500).map(|at| (format!("{of}-{at}"), json!({ "value": at }))).collect::<Map<_, _>>();
        for number in 0..3 {
            let payload = Value::Object(keys(&format!("key-{number}")));
            assert_eq!(store(&server, &event(number, Value::Null, payload)), Delivery::Stored);
        }
        assert_eq!(store(&server, &event(7, Value::Object(keys("detail")), json!("no object"))), Delivery::Stored);
        let found =
            server.place.wait(Search::search(&server.elasticsearch, &Query::new(Viewer::admin()))).expect("an answer");
        assert_eq!(found.events.len(), 4);
        let detail = Filter::is(Attribute::Detail("detail-1499.value".to_owned()), "1499");
        let count = server.place.wait(server.elasticsearch.count(&detail, &Viewer::admin(), None)).expect("an answer");
        assert_eq!(count.events, 1, "details nobody declared are found all the same");
    }
}

#[test]
fn declared_details_have_their_types_and_whatever_else_is_there_does_no_harm() {
    for (_, url) in elasticsearch() {
        let server = Store::new(&url, &declaring(&[&REBOOT, &UPDATE]));
        let fitting =
            json!({ "force": true, "delay": 12, "since": "2026-01-15T08:00:00.000Z", "by": "user/jane", "share": 0.5 });
        let others = [
            fitting,
            json!({ "force": "perhaps", "delay": -1.5, "since": "yesterday", "by": { "name": "jane" }, "share": "much" }),
            json!({ "force": [true, "x", { "y": 1 }], "delay": u64::MAX, "by": [1, 2], "release": { "": 1, "a..b": 2, ".": 3 } }),
            json!({ "force": null, "delay": [], "": "", " ": 1, "a.b": { "c.": [[1], [[2]]] }, "keys": { "keys": {} } }),
        ];
        for (number, details) in others.into_iter().enumerate() {
            let answer = store(&server, &event(number, details.clone(), Value::Null));
            assert_eq!(answer, Delivery::Stored, "{details}");
        }
        let expected =
            json!({ "force": "boolean", "delay": "long", "since": "date", "by": "keyword", "share": "double" });
        assert_eq!(types(&server.place), expected);
        let asked = json!({ "query": { "bool": { "filter": [
            { "range": { "keys.details.delay": { "gte": 10 } } },
            { "term": { "keys.details.force": true } },
            { "range": { "keys.details.since": { "lt": "2026-02-01" } } },
            { "range": { "keys.details.share": { "gt": 0.25 } } },
        ] } } });
        let path = format!("/{}/_search", server.place.prefix);
        let (_, found) = server.place.ask(Method::Post, &path, Some(&asked));
        assert_eq!(found["hits"]["total"]["value"], 1, "{found}");
    }
}

#[test]
fn a_clash_of_details_is_refused_at_start_with_both_places() {
    for (_, url) in elasticsearch() {
        let place = Place::new(&url);
        let connected = place.options().connect(&url).expect("an address");
        let registry = declaring(&[&REBOOT, &CHECK]);
        let problems = connected.problems(&registry);
        assert_eq!(problems.len(), 1, "{problems:?}");
        for declared in [&REBOOT, &CHECK] {
            assert!(problems[0].contains(&declared.spec.location.to_string()), "{}", problems[0]);
        }
        let refused = place.wait(connected.set_up(&registry));
        assert!(matches!(refused, Err(NotReady::Misconfigured(_))), "{refused:?}");
        assert_eq!(place.get(&format!("/_index_template/{}", place.prefix))["status"], 404, "nothing is written");
    }
}

#[test]
fn a_new_detail_is_added_to_the_months_that_are_there() {
    for (_, url) in elasticsearch() {
        let server = Store::new(&url, &declaring(&[&REBOOT]));
        assert_eq!(store(&server, &event(1, json!({ "share": 0.25 }), Value::Null)), Delivery::Stored);
        assert_eq!(types(&server.place)["share"], Value::Null);
        // A later version of the program, which does not know what the other one declared.
        let later = server.place.options().connect(&url).expect("an address");
        server.place.wait(later.set_up(&declaring(&[&UPDATE]))).expect("it can be added");
        assert_eq!(types(&server.place)["share"], "double");
        assert_eq!(types(&server.place)["delay"], "long", "what was there stays");
        let template = server.place.get(&format!("/_index_template/{}", server.place.prefix)).to_string();
        assert!(template.contains("\"share\"") && template.contains("\"delay\""), "for the months to come as well");
        let entry = entry(&event(2, json!({ "share": 0.75 }), Value::Null));
        let batch = [Sequenced { seq: Seq(1), id: entry.id, document: entry.document }];
        assert_eq!(server.place.wait(later.deliver(&batch)), [Delivery::Stored]);
        let asked = json!({ "query": { "range": { "keys.details.share": { "gt": 0.5 } } } });
        let path = format!("/{}/_search", server.place.prefix);
        let (_, found) = server.place.ask(Method::Post, &path, Some(&asked));
        assert_eq!(found["hits"]["total"]["value"], 1, "{found}");
    }
}

/// Of the one month there is.
fn ignored_above(place: &Place) -> Value {
    let months = place.get(&format!("/{}/_mapping", place.prefix));
    let month = months.as_object().and_then(|months| months.values().next()).cloned().unwrap_or_default();
    month.pointer("/mappings/properties/message/ignore_above").cloned().unwrap_or_default()
}

#[test]
fn a_month_that_indexes_shorter_texts_than_there_are_grows() {
    for (name, url) in elasticsearch() {
        let server = Store::new(&url, &declaring(&[&REBOOT]));
        assert_eq!(store(&server, &event(1, Value::Null, Value::Null)), Delivery::Stored);
        let earlier = json!({ "properties": { "message": { "type": "keyword", "ignore_above": 8_191 } } });
        let path = format!("/{}/_mapping", server.place.prefix);
        assert_eq!(server.place.ask(Method::Put, &path, Some(&earlier)).0, 200, "{name}");
        assert_eq!(ignored_above(&server.place), 8_191, "{name}");
        let later = server.place.options().connect(&url).expect("an address");
        server.place.wait(later.set_up(&declaring(&[&REBOOT]))).expect("it is no contradiction");
        assert_eq!(ignored_above(&server.place), Event::LONGEST_TEXT, "{name}");
    }
}

#[test]
fn an_incompatible_change_is_reported_before_anything_is_written() {
    for (_, url) in elasticsearch() {
        let server = Store::new(&url, &declaring(&[&REBOOT]));
        server.store(&[entry(&event(1, json!({ "delay": 5 }), Value::Null))]);
        let state = || {
            let place = &server.place;
            let template = place.get(&format!("/_index_template/{}", place.prefix));
            (template, place.get(&format!("/{}/_mapping", place.prefix)))
        };
        let before = state();
        let changed = server.place.options().connect(&url).expect("an address");
        let refused = server.place.wait(changed.set_up(&declaring(&[&CHECK, &UPDATE])));
        let Err(NotReady::Misconfigured(why)) = refused else { panic!("{refused:?}") };
        assert!(why.contains("`delay`") && why.contains(&CHECK.spec.location.to_string()), "{why}");
        assert!(why.contains("2026.01") && why.contains("long") && why.contains("keyword"), "{why}");
        assert_eq!(state(), before);
    }
}

#[test]
fn an_index_that_is_none_of_ours_is_not_written_to() {
    for (_, url) in elasticsearch() {
        let place = Place::new(&url);
        let (status, _) = place.ask(Method::Put, &format!("/{}", place.prefix), None);
        assert_eq!(status, 200);
        let connected = place.options().connect(&url).expect("an address");
        let refused = place.wait(connected.set_up(&Registry::default()));
        assert!(matches!(refused, Err(NotReady::Misconfigured(_))), "{refused:?}");
        place.ask(Method::Delete, &format!("/{}", place.prefix), None);
    }
}

#[test]
fn a_template_that_the_server_does_not_take_is_refused_in_its_words() {
    for (name, url) in elasticsearch() {
        let place = Place::new(&url);
        let foreign = format!("/_index_template/{}-of-others", place.prefix);
        // Of two templates that fit an index, the server wants to know which is meant.
        let same = json!({ "index_patterns": [format!("{}-*", place.prefix)], "priority": 200 + place.prefix.len() });
        assert_eq!(place.ask(Method::Put, &foreign, Some(&same)).0, 200, "{name}");
        let connected = place.options().connect(&url).expect("an address");
        let refused = place.wait(connected.set_up(&Registry::default()));
        assert_eq!(place.ask(Method::Delete, &foreign, None).0, 200, "{name}");
        let Err(NotReady::Misconfigured(why)) = refused else { panic!("{name}: {refused:?}") };
        assert!(why.contains("[EVT163]") && why.contains("-of-others"), "{name}: {why}");
        place.wait(connected.set_up(&Registry::default())).expect("nothing is in the way any more");
    }
}
