//! A function that makes the return value.

use scene::*;

#[action(event = "nuvlabox.reboot", refused = nothing)]
pub async fn reboot(id: Href<Nuvlabox>) -> Option<u8> {
    drop(id);
    Some(1)
}

pub fn nothing(_: Refused) -> Option<u8> {
    None
}
