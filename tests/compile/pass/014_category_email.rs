//! The category `email`.

use scene::*;

#[action(event = "nuvlabox.reboot", category = "email")]
pub async fn reboot(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
