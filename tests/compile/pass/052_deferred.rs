//! A deferred operation.

use scene::*;

#[action(event = "nuvlabox.reboot", deferred)]
pub async fn reboot(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
