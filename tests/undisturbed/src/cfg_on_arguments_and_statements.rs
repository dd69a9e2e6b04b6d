//! `#[cfg]` on arguments, on statements and on details.

use events::{Href, action};

use crate::fixture::{Error, Machine, id, recorded};

#[action(event = "machine.cfg", details(#[cfg(not(target_os = "none"))] present: u8, #[cfg(target_os = "none")] absent: Nothing))]
async fn configured(
    id: Href<Machine>,
    #[cfg(target_os = "none")] absent: Nothing,
    #[cfg(not(target_os = "none"))] present: u8,
) -> Result<u8, Error> {
    #[cfg(target_os = "none")]
    return Ok(absent);
    drop(id);
    #[cfg(not(target_os = "none"))]
    let present = present + 1;
    Ok(present)
}

#[cfg(target_os = "none")]
#[action(event = "machine.not-there")]
async fn not_there(id: Href<Machine>) -> Nothing {}

#[test]
fn what_is_not_configured_is_not_there() {
    assert_eq!(recorded(configured(id(), 1)), (Ok(2), 2));
}
