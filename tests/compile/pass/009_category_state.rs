//! The category `state`.

use scene::*;

#[action(event = "nuvlabox.reboot", category = "state", details(new_state: &str = "up"))]
pub async fn reboot(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
