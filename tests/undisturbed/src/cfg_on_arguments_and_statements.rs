//! `#[cfg]` on arguments, on statements and on details.

use events::{Href, action};

use crate::fixture::{Error, Machine, id, recorded};

#[action(event = "machine.cfg", details(#[cfg(not(feature = "absent"))] present: u8, #[cfg(feature = "absent")] absent: Nothing))]
async fn configured(
    id: Href<Machine>,
    #[cfg(feature = "absent")] absent: Nothing,
    #[cfg(not(feature = "absent"))] present: u8,
) -> Result<u8, Error> {
    #[cfg(feature = "absent")]
    return Ok(absent);
    drop(id);
    #[cfg(not(feature = "absent"))]
    let present = present + 1;
    Ok(present)
}

#[cfg(feature = "absent")]
#[action(event = "machine.not-there")]
async fn not_there(id: Href<Machine>) -> Nothing {}

#[test]
fn what_is_not_configured_is_not_there() {
    assert_eq!(recorded(configured(id(), 1)), (Ok(2), 2));
}
