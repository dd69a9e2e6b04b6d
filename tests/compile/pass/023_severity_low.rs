//! The severity `low`.

use scene::*;

#[action(event = "nuvlabox.reboot", severity = "low")]
pub async fn reboot(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
