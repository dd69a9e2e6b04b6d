//! What goes wrong in a body points at the user's line and column.

use std::{
    panic::{AssertUnwindSafe, Location},
    sync::{Mutex, PoisonError},
};

use events::{Href, action};

use crate::fixture::{Error, Machine, id, recorded};

#[action(event = "machine.panics")]
async fn panics(id: Href<Machine>) -> Result<u8, Error> {
    drop(id);
    #[expect(clippy::panic, reason = "this is what it is about")]
    {
        panic!("at line {}", line!());
    }
}

#[track_caller]
fn here() -> (u32, u32) {
    let here = Location::caller();
    (here.line(), here.column())
}

#[action(event = "machine.here", details(line: u32 = here().0))]
async fn place(id: Href<Machine>) -> Result<[(u32, u32); 2], Error> {
    drop(id);
    Ok([here(), (line!(), 9)])
}

static PANICKED_AT: Mutex<Option<u32>> = Mutex::new(None);

#[test]
fn a_panic_and_a_caller_are_where_they_are_written() {
    let (places, _) = recorded(place(id()));
    assert_eq!(places, Ok([(30, 9), (30, 9)]));

    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(|panic| {
        let mut at = PANICKED_AT.lock().unwrap_or_else(PoisonError::into_inner);
        *at = panic.location().map(Location::line);
    }));
    let unwound = std::panic::catch_unwind(AssertUnwindSafe(|| recorded(panics(id())))).err();
    std::panic::set_hook(before);
    let said = unwound.and_then(|panic| panic.downcast::<&str>().ok());
    assert_eq!(said.as_deref(), Some(&"at line 17"));
    assert_eq!(*PANICKED_AT.lock().unwrap_or_else(PoisonError::into_inner), Some(17));
}
