//! Who finds what.

use super::{super::sample, Check, Event, Filled, Filter, Searchable, Subject, promises};
use crate::{
    acl::{Acl, Right, Visibility},
    event::AboutResource,
    identity::{Claim, Viewer},
    keys::Attribute,
    search::{Aggregation, Order},
    timestamp::Timestamp,
};

pub(super) fn checks<S: Subject<Store: Searchable>>() -> Vec<Check<S>> {
    promises![
        who_sees_an_event_is_decided_by_its_acl,
        several_claims_see_what_any_of_them_sees,
        who_sees_only_the_common_attributes_does_not_learn_the_others,
        a_hidden_attribute_is_counted_nowhere,
        an_order_ranks_by_nothing_but_what_is_shown,
    ]
}

fn claim(text: &str) -> Claim {
    text.parse().expect("a claim")
}

fn viewer(claims: &[&str]) -> Viewer {
    Viewer::with_claims(claims.iter().map(|text| claim(text)))
}

fn granted(number: u64, right: Right) -> Event {
    let acl = Acl::owned_by(claim("user/owner")).granting(right, claim("group/granted"));
    Event { acl, ..sample::direct(number) }
}

fn who_sees_an_event_is_decided_by_its_acl<S: Subject<Store: Searchable>>(subject: &S) {
    use Visibility::{Data, Everything, Meta};
    let table = [
        (Right::ViewMeta, Some(Meta)),
        (Right::ViewData, Some(Data)),
        (Right::ViewAcl, Some(Everything)),
        (Right::EditMeta, Some(Meta)),
        (Right::EditData, Some(Data)),
        (Right::EditAcl, Some(Everything)),
        (Right::Delete, Some(Meta)),
        (Right::Manage, None),
    ];
    let events: Vec<Event> = (1..).zip(table).map(|(number, (right, _))| granted(number, right)).collect();
    let filled = Filled::of_events(subject, &events);
    for ((right, expected), event) in table.into_iter().zip(&events) {
        let seen = |claims: &[&str]| filled.get(event.id, &viewer(claims)).map(|found| found.visibility());
        assert_eq!(seen(&["group/granted"]), expected, "who was granted {right:?}");
        assert_eq!(seen(&["user/owner"]), Some(Everything), "the owner");
        assert_eq!(seen(&["group/nuvla-admin"]), Some(Everything), "an administrator");
        assert_eq!(seen(&["group/stranger", "group/grante", "group/granted2"]), None, "a stranger");
        assert_eq!(seen(&[]), None, "nobody");
    }
    let everything = Filter::everything();
    let found = |claims: &[&str]| filled.ids_seen_by(&everything, &viewer(claims)).len();
    assert_eq!(found(&["group/granted"]), 7);
    assert_eq!(found(&["user/owner"]), 8);
    assert_eq!(found(&["group/nuvla-admin"]), 8);
    assert_eq!(found(&["group/stranger"]), 0);
    assert_eq!(found(&[]), 0);
    let page = filled.page(&super::Query::new(viewer(&["group/granted"])).limit(100));
    let visibilities: Vec<Visibility> = page.events.iter().map(super::Found::visibility).collect();
    assert_eq!(visibilities, [Meta, Everything, Data, Meta, Everything, Data, Meta]);
}

fn several_claims_see_what_any_of_them_sees<S: Subject<Store: Searchable>>(subject: &S) {
    let acl = |owner: &str, meta: &str| Acl::owned_by(claim(owner)).granting(Right::ViewMeta, claim(meta));
    let events = [
        Event { acl: acl("group/a", "group/b"), ..sample::direct(1) },
        Event { acl: acl("group/b", "group/a"), ..sample::direct(2) },
        Event { acl: acl("group/c", "group/b"), ..sample::direct(3) },
        Event { acl: acl("group/c", "group/d"), ..sample::direct(4) },
    ];
    let filled = Filled::of_events(subject, &events);
    let both = viewer(&["group/a", "group/b"]);
    let page = filled.page(&super::Query::new(both.clone()));
    let seen: Vec<_> = page.events.iter().map(|found| (super::id_of(found), found.visibility())).collect();
    let expected = [
        (events[2].id, Visibility::Meta),
        (events[1].id, Visibility::Everything),
        (events[0].id, Visibility::Everything),
    ];
    assert_eq!(seen, expected, "each event once, and as much of it as the strongest claim shows");
    let category = Filter::is(Attribute::Category, "state");
    assert_eq!(filled.count(&category, &both), 2);
}

fn who_sees_only_the_common_attributes_does_not_learn_the_others<S: Subject<Store: Searchable>>(subject: &S) {
    use Filter::{All, Any, Has, Not, StartsWith};
    let hidden = Event { tags: vec!["blue".to_owned()], ..granted(1, Right::ViewMeta) };
    let shown = Event { tags: vec!["blue".to_owned()], ..granted(2, Right::ViewData) };
    let filled = Filled::of_events(subject, [&hidden, &shown]);
    let someone = viewer(&["group/granted"]);
    let is = |attribute, value: &str| Filter::is(attribute, value);
    let not = |filter| Not(Box::new(filter));
    let state = || is(Attribute::Category, "state");
    let blue = || is(Attribute::Tag, "blue");
    let time = || Filter::Time { from: sample::at(0), until: sample::at(10) };
    // Whether the event that is seen in part is found, and the one whose data is seen.
    let table = [
        (blue(), true, true),
        (not(blue()), false, false),
        (is(Attribute::Name, "nuvlabox.state-changed"), true, true),
        (is(Attribute::Word, "blue"), true, true),
        (state(), false, true),
        (not(state()), false, false),
        (is(Attribute::Category, "crud"), false, false),
        (not(is(Attribute::Category, "crud")), false, true),
        (not(not(state())), false, true),
        (Has(Attribute::Category), false, true),
        (not(Has(Attribute::Category)), false, false),
        (Has(Attribute::Reason), false, false),
        (not(Has(Attribute::Reason)), false, true),
        (StartsWith(Attribute::Href, "nuvlabox".to_owned()), false, true),
        (not(StartsWith(Attribute::Href, "job".to_owned())), false, true),
        (time(), true, true),
        (not(time()), false, false),
        (Any(vec![blue(), state()]), true, true),
        (Any(vec![state(), is(Attribute::Tag, "red")]), false, true),
        (All(vec![blue(), state()]), false, true),
        (All(vec![is(Attribute::Tag, "red"), state()]), false, false),
        (not(All(vec![is(Attribute::Tag, "red"), state()])), true, true),
        (not(Any(vec![is(Attribute::Tag, "red"), is(Attribute::Category, "crud")])), false, true),
        (Any(vec![state(), not(state())]), false, true),
    ];
    for (filter, in_part, whole) in table {
        let found = filled.ids_seen_by(&filter, &someone);
        assert_eq!(found.contains(&hidden.id), in_part, "the event that is seen in part, by {filter:?}");
        assert_eq!(found.contains(&shown.id), whole, "the event whose data is seen, by {filter:?}");
    }
    for attribute in [
        Attribute::Href,
        Attribute::ResourceType,
        Attribute::EventType,
        Attribute::Phase,
        Attribute::Severity,
        Attribute::Detail("x".to_owned()),
        Attribute::Claim,
        Attribute::Root,
    ] {
        let either = [Has(attribute.clone()), not(Has(attribute.clone()))];
        for filter in either {
            assert!(!filled.ids_seen_by(&filter, &someone).contains(&hidden.id), "{attribute:?} is hidden");
        }
    }
}

fn a_hidden_attribute_is_counted_nowhere<S: Subject<Store: Searchable>>(subject: &S) {
    let tagged = |event: Event| Event { tags: vec!["blue".to_owned()], ..event };
    let events =
        [tagged(granted(1, Right::ViewMeta)), tagged(granted(2, Right::ViewData)), tagged(granted(3, Right::Manage))];
    let filled = Filled::of_events(subject, &events);
    let buckets = |by: Attribute| {
        let (filter, viewer) = (Filter::everything(), viewer(&["group/granted"]));
        filled.aggregate(&Aggregation { filter, viewer, by: by.into(), size: 10, within: None }).buckets
    };
    assert_eq!(buckets(Attribute::Category), [("state".to_owned(), 1)]);
    assert_eq!(buckets(Attribute::Tag), [("blue".to_owned(), 2)]);
}

fn an_order_ranks_by_nothing_but_what_is_shown<S: Subject<Store: Searchable>>(subject: &S) {
    // What differs falls while the ids grow.
    let events: Vec<Event> = (1..=4)
        .map(|number| {
            let fallen = 10 - number;
            let event = granted(number, Right::ViewMeta);
            Event {
                timestamp: sample::at(fallen as i64),
                category: ["user", "system", "email", "action"][number as usize - 1].to_owned(),
                resource: AboutResource { href: Some(format!("nuvlabox/{fallen}")), ..event.resource },
                details: [("x".to_owned(), fallen.into())].into_iter().collect(),
                ..event
            }
        })
        .collect();
    let filled = Filled::of_events(subject, &events);
    let someone = || super::Query::new(viewer(&["group/granted"]));
    let ids = |query: &super::Query| filled.page(query).events.iter().map(super::id_of).collect::<Vec<_>>();
    let growing: Vec<_> = events.iter().map(|event| event.id).collect();
    let falling: Vec<_> = growing.iter().rev().copied().collect();
    for hidden in ["category", "resource/href", "details/x", "acl/owners"] {
        assert_eq!(ids(&someone().order_by(format!("{hidden}:asc").as_str().into())), growing, "by {hidden}");
        assert_eq!(ids(&someone().order_by(format!("{hidden}:desc").as_str().into())), falling, "by {hidden}");
    }
    // The time is what every page is ordered by, and it is shown.
    for by_time in [someone(), someone().order_by(Order::from("timestamp:desc"))] {
        let page = filled.page(&by_time);
        let shown = page.events.iter().map(|found| {
            let document = found.document().expect("what is stored is an event");
            let document: serde_json::Value = serde_json::from_slice(&document).expect("a document is JSON");
            document["timestamp"].as_str().and_then(|text| text.parse::<Timestamp>().ok())
        });
        let expected: Vec<_> = events.iter().map(|event| Some(event.timestamp)).collect();
        assert_eq!(shown.collect::<Vec<_>>(), expected, "newest first, as each of them shows");
    }
}
