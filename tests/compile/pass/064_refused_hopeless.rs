//! An error that cannot carry a refusal, with a function that can.

use scene::*;

#[action(event = "nuvlabox.reboot", refused = hopeless)]
pub async fn reboot(id: Href<Nuvlabox>) -> Result<(), Hopeless> {
    drop(id);
    Ok(())
}

pub fn hopeless(_: Refused) -> Result<(), Hopeless> {
    Err(Hopeless)
}
