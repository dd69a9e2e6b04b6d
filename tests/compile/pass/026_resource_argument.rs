//! The resource is an argument of another name.

use scene::*;

#[action(event = "nuvlabox.reboot", resource = nuvlabox)]
pub async fn reboot(nuvlabox: Href<Nuvlabox>) -> Result<(), ApiError> {
    drop(nuvlabox);
    Ok(())
}
