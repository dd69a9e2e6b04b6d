//! A module without the prelude of the language.

#![no_implicit_prelude]

use crate::fixture::{Error, Machine};

#[::events::resource(events("start", "stop"))]
#[derive(::std::fmt::Debug)]
struct Bare {
    id: ::events::Href<Self>,
}

#[::events::resource(events)]
impl Bare {
    #[::events::action(event = "bare.start", details(n: u8), payload(outcome))]
    async fn start(&self, n: u8) -> ::std::result::Result<u8, Error> {
        ::std::result::Result::Ok(n)
    }
}

#[::events::action(event = "machine.bare", severity = "low", message = "{caller} bared {resource}")]
async fn bare(id: ::events::Href<Machine>) -> ::std::result::Result<(), Error> {
    ::std::mem::drop(id);
    ::std::result::Result::Ok(())
}

#[::events::action(event = "bare.stop", resource = bare.id, details = Named { kind: 1 }, category = Category)]
async fn barer(bare: Bare) -> ::std::result::Result<(), Error> {
    ::std::mem::drop(bare);
    ::std::result::Result::Ok(())
}

#[derive(::events::Record)]
struct Named {
    kind: u8,
}

#[derive(::events::EventDetails)]
#[event("machine.bared", category = "state", resource = Machine)]
struct Bared {
    new_state: ::std::string::String,
    old_state: ::std::option::Option<::std::string::String>,
}

#[derive(::events::Record)]
enum Kind {
    Plain,
    Named { name: ::std::string::String },
}

#[::events::category("bare", details(kind))]
#[derive(::std::fmt::Debug)]
struct Category;

#[::std::prelude::v1::test]
fn all_macros_do_without() {
    let run = async {
        let bare_one = Bare {
            id: ::std::result::Result::unwrap_or_else(::std::str::FromStr::from_str("bare/1"), |_| {
                ::std::process::abort()
            }),
        };
        ::std::mem::drop(bare_one.start(1).await);
        ::std::mem::drop(barer(bare_one).await);
        ::std::mem::drop(bare(crate::fixture::id()).await);
        let state = Bared { new_state: ::std::string::String::new(), old_state: ::std::option::Option::None };
        ::std::mem::drop(::events::emit(&crate::fixture::id(), state).await);
        [Kind::Plain, Kind::Named { name: ::std::string::String::new() }].len()
    };
    ::std::assert_eq!(crate::fixture::recorded(run), (2, 7));
    ::std::assert!(!::std::format!("{Category:?}").is_empty());
}
