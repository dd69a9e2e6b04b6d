//! The severity `critical`.

use scene::*;

#[action(event = "nuvlabox.reboot", severity = "critical")]
pub async fn reboot(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
