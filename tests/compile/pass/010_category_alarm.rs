//! The category `alarm`.

use scene::*;

#[action(event = "nuvlabox.reboot", category = "alarm")]
pub async fn reboot(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
