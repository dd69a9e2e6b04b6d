//! An annotated function stays the function it was: its names, its drops, its size, its lints.

#![deny(unused, unused_qualifications, unreachable_pub, single_use_lifetimes, rust_2018_idioms)]
#![deny(clippy::all, clippy::pedantic)]
#![allow(clippy::unwrap_used, clippy::unused_async, clippy::large_types_passed_by_value, reason = "these are tests")]

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use events::prelude::*;

#[resource(events)]
struct Nuvlabox {
    id: Href<Nuvlabox>,
}

#[derive(Debug)]
struct ApiError;

impl From<Refused> for ApiError {
    fn from(_: Refused) -> Self {
        Self
    }
}

fn nuvlabox() -> Href<Nuvlabox> {
    Nuvlabox { id: "nuvlabox/01".parse().unwrap() }.id
}

/// Names that expansions must not depend on, all of them taken.
mod shadowed {
    #![allow(dead_code, unused_macros, non_camel_case_types, non_snake_case, reason = "only their names count")]

    use super::{ApiError, Href, Nuvlabox};

    struct Option;
    struct Result;
    struct String;
    struct Sized;
    struct str;
    struct usize;
    struct bool;
    mod core {}
    mod std {}
    mod events {}
    trait Fn {}
    fn Ok() {}
    fn Err() {}
    fn Some() {}
    macro_rules! concat {
        () => {};
    }
    macro_rules! stringify {
        () => {};
    }

    type Answer = ::std::result::Result<u8, ApiError>;

    #[::events::action(event = "nuvlabox.shadowed", details(a: u8 = 1), payload(outcome), deferred(within = "1h"))]
    pub(super) async fn shadowed(id: Href<Nuvlabox>) -> Answer {
        drop(id);
        Answer::Ok(1)
    }

    #[::events::action(event = "nuvlabox.shadowed-too", resource = (id), message = "{caller}", linked = "job/1")]
    async fn unwritten(id: Href<Nuvlabox>) -> Answer {
        drop(id);
        Answer::Ok(1)
    }

    #[::events::resource(events("start"))]
    struct Thing {
        id: Href<Thing>,
    }

    #[derive(::events::EventDetails)]
    #[event("nuvlabox.shadow")]
    struct Shadow {
        a: u8,
    }

    #[derive(::events::Record)]
    enum Shade {
        Dark,
        Dim { percent: u8 },
    }

    #[derive(::events::Record)]
    struct Inner(u8);

    #[::events::category("shadows", details(dark?))]
    struct Shadows;
}

/// The crate under another path.
mod audit {
    pub(crate) use ::events::__private;
}

mod elsewhere {
    #[events::resource(events, krate = crate::audit)]
    pub(super) struct Cloud;

    #[events::action(event = "cloud.edit", krate = crate::audit, resource = id)]
    pub(super) async fn edit(id: &events::Href<Cloud>) -> Result<(), super::ApiError> {
        let _ = id;
        Ok(())
    }
}

macro_rules! handlers {
    ($($name:ident = $event:literal),*) => { $(
        #[action(event = $event, category = "action")]
        async fn $name(id: Href<Nuvlabox>) -> Result<(), ApiError> {
            drop(id);
            Ok(())
        }
    )* };
}
handlers!(first = "nuvlabox.first", second = "nuvlabox.second");

#[tokio::test]
async fn names_of_the_user_and_of_the_crate_do_not_matter() {
    let run = async {
        assert_eq!(shadowed::shadowed(nuvlabox()).await.unwrap(), 1);
        elsewhere::edit(&"cloud/1".parse().unwrap()).await.unwrap();
        first(nuvlabox()).await.unwrap();
        second(nuvlabox()).await.unwrap();
    };
    let store = events::memory::MemoryStore::new();
    let builder = EventManager::builder(store.clone()).expect::<elsewhere::Cloud>();
    let manager = builder.with_limits(|limits| limits.closing_wait = Duration::from_secs(20)).build().unwrap();
    manager.scope(events::scope(Context::anonymous(), run)).await;
    assert_eq!(store.len(), 7);
}

#[derive(Clone, Default)]
struct Drops(Arc<Mutex<Vec<&'static str>>>);

struct Guard(Drops, &'static str);

impl Guard {
    fn new(drops: &Drops, name: &'static str) -> Self {
        Self(drops.clone(), name)
    }

    fn length(&self) -> usize {
        self.1.len()
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.0.lock().unwrap().push(self.1);
    }
}

/// One function twice: as it is, and annotated.
macro_rules! twice {
    ($plain:ident, $recorded:ident, $event:literal, ($($arguments:tt)*) $body:tt) => {
        async fn $plain($($arguments)*) -> Result<usize, ApiError> $body

        #[action(event = $event, resource = none)]
        async fn $recorded($($arguments)*) -> Result<usize, ApiError> $body
    };
}

twice!(plain, recorded, "nuvlabox.drop", (a: Guard, b: Guard, (c, _d): (Guard, Guard), _e: Guard, mut f: Vec<Guard>) {
    let local = Guard::new(&a.0, "local");
    f.truncate(1);
    let length = b.length() + local.length() + f.len();
    drop(c);
    tokio::task::yield_now().await;
    Ok(length + Guard::new(&a.0, "temporary").length())
});

struct Owner {
    guard: Guard,
}

impl Owner {
    twice!(plain, recorded, "nuvlabox.drop-self", (self, a: Guard, _b: Guard) {
        Ok(a.length() + self.guard.length())
    });
}

async fn drops<F: Future<Output = Result<usize, ApiError>>>(call: impl FnOnce(&Drops) -> F) -> Vec<&'static str> {
    let drops = Drops::default();
    EventManager::disabled().scope(call(&drops)).await.unwrap();
    drops.0.lock().unwrap().split_off(0)
}

#[tokio::test]
async fn everything_is_dropped_in_the_order_of_the_plain_function() {
    macro_rules! call {
        ($function:ident) => {
            drops(|drops| {
                let guard = |name| Guard::new(drops, name);
                $function(guard("a"), guard("b"), (guard("c"), guard("d")), guard("e"), vec![guard("f"), guard("g")])
            })
        };
    }
    let plainly = call!(plain).await;
    assert_eq!(plainly, ["g", "c", "temporary", "local", "f", "e", "d", "b", "a"]);
    assert_eq!(call!(recorded).await, plainly);

    let guard = Guard::new;
    let owner = |drops: &Drops| Owner { guard: guard(drops, "owner") };
    let plainly = drops(|drops| owner(drops).plain(guard(drops, "a"), guard(drops, "b"))).await;
    assert_eq!(drops(|drops| owner(drops).recorded(guard(drops, "a"), guard(drops, "b"))).await, plainly);
}

async fn large(id: Href<Nuvlabox>, bytes: [u8; 512]) -> Result<usize, ApiError> {
    drop(id);
    tokio::task::yield_now().await;
    Ok(bytes.len())
}

#[action(event = "nuvlabox.large")]
async fn large_recorded(id: Href<Nuvlabox>, bytes: [u8; 512]) -> Result<usize, ApiError> {
    drop(id);
    tokio::task::yield_now().await;
    Ok(bytes.len())
}

#[test]
fn the_future_is_send_and_a_few_hundred_bytes_larger() {
    fn size<F: Future + Send>(future: &F) -> usize {
        size_of_val(future)
    }
    let plain = size(&large(nuvlabox(), [0; 512]));
    let recorded = size(&large_recorded(nuvlabox(), [0; 512]));
    assert!(recorded < plain + 640, "{plain} plain, {recorded} recorded");
}
