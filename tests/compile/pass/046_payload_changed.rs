//! What was changed, in the payload.

use scene::*;

#[action(event = "nuvlabox.reboot", payload(changed))]
pub async fn reboot(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
