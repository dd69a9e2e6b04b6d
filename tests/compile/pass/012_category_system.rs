//! The category `system`.

use scene::*;

#[action(event = "nuvlabox.reboot", category = "system")]
pub async fn reboot(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
