//! A version.

use scene::*;

#[action(event = "nuvlabox.reboot", version = 2)]
pub async fn reboot(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
