//! Tags.

use scene::*;

#[action(event = "nuvlabox.reboot", tags("eu", "night",))]
pub async fn reboot(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
