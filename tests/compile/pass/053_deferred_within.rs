//! A deferred operation with a deadline.

use scene::*;

#[action(event = "nuvlabox.reboot", deferred(within = "90s"))]
pub async fn reboot(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
