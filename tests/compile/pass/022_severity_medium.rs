//! The severity `medium`.

use scene::*;

#[action(event = "nuvlabox.reboot", severity = "medium")]
pub async fn reboot(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
