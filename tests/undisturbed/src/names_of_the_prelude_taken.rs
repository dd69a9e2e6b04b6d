//! Names that expansions must not depend on, all of them taken.

#![allow(
    dead_code,
    unused_macros,
    non_camel_case_types,
    non_snake_case,
    clippy::all,
    clippy::pedantic,
    clippy::nursery,
    reason = "only their names count"
)]

use crate::fixture::{Error, Machine};

struct Option;
struct Result;
struct String;
struct Box;
struct Vec;
struct Sized;
struct Send;
struct str;
struct usize;
struct bool;
mod alloc {}
mod core {}
mod std {}
mod events {}
mod inventory {}
trait Fn {}
trait Future {}
trait Drop {}
const fn Ok() {}
const fn Err() {}
const fn Some() {}
const fn None() {}
const fn drop() {}
macro_rules! concat {
    () => {};
}
macro_rules! module_path {
    () => {};
}
macro_rules! env {
    () => {};
}
macro_rules! pin {
    () => {};
}

type Answer = ::std::result::Result<u8, Error>;
type Id = ::events::Href<Machine>;

#[::events::action(event = "machine.shadowed", details(a: u8 = 1), payload(request = id, outcome), deferred(within = "1h"))]
pub(crate) async fn shadowed(id: Id) -> Answer {
    let _ = &id;
    Answer::Ok(1)
}

#[::events::action(event = "machine.shadowed-too", resource = (id), message = "{caller}", linked = "job/1", tags("a"))]
async fn unwritten(id: Id) -> Answer {
    let _ = &id;
    Answer::Ok(1)
}

#[::events::resource(events("start"))]
struct Thing {
    id: ::events::Href<Thing>,
}

#[::events::resource(events)]
impl Thing {
    #[::events::action(event = "thing.start", details(a: u8 = 1), payload(request = n, outcome), deferred(within = "1h"))]
    async fn start(&self, n: u8) -> Answer {
        let _ = n;
        Answer::Ok(1)
    }

    #[::events::action(event = "thing.edit", message = "{caller}", details = shade)]
    async fn edit(&self, shade: Shade) -> Answer {
        let _ = shade;
        Answer::Ok(1)
    }

    #[::events::action(event = "thing.add", created = Self::added, linked = "job/1", tags("a"))]
    async fn add(n: u8) -> Answer {
        Answer::Ok(n)
    }

    fn added(_: &Answer) -> ::std::option::Option<::events::Href<Self>> {
        ::std::option::Option::None
    }
}

impl Thing {
    #[::events::action(event = "thing.delete", category = Shadows, details = shadow)]
    async fn delete(&self, shadow: Patch) -> Answer {
        let _ = shadow;
        Answer::Ok(1)
    }
}

#[derive(::events::EventDetails)]
#[event("machine.shadow", resource = Machine)]
struct Shadow {
    a: u8,
}

#[derive(::events::Record)]
struct Patch {
    dark: u8,
}

#[derive(::events::Record)]
enum Shade {
    Dark,
    Dim { percent: u8 },
}

#[::events::category("shadows", details(dark))]
struct Shadows;

#[test]
fn no_name_is_needed() {
    assert_eq!(crate::fixture::recorded(shadowed(crate::fixture::id())).1, 1);
}
