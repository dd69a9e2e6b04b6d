//! The category `action`.

use scene::*;

#[action(event = "nuvlabox.reboot", category = "action")]
pub async fn reboot(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
