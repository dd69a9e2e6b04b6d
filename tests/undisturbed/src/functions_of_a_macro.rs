//! `macro_rules` may write the functions, their names, types, events and bodies.

use events::{Href, action};

use crate::fixture::{Error, Machine, id, recorded};

macro_rules! handlers {
    ($($(#[$attribute:meta])* $name:ident($argument:ident: $ty:ty) = $event:literal => $body:expr;)*) => { $(
        $(#[$attribute])*
        #[action(event = $event, details(argument: $ty = $argument))]
        async fn $name(id: Href<Machine>, $argument: $ty) -> Result<$ty, Error> {
            drop(id);
            $body
        }
    )* };
}

handlers! {
    /// Doubles.
    double(n: u8) = "machine.double" => Ok(n * 2);
    /// Negates.
    #[allow(clippy::unused_async)]
    negate(yes: bool) = "machine.negate" => Ok(!yes);
}

#[test]
fn each_of_them_is_recorded() {
    let (out, events) = recorded(async { (double(id(), 2).await, negate(id(), true).await) });
    assert_eq!(out, (Ok(4), Ok(false)));
    assert_eq!(events, 4);
}
