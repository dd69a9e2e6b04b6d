//! The category `user`.

use scene::*;

#[action(event = "nuvlabox.reboot", category = "user")]
pub async fn reboot(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
