//! The severity `high`.

use scene::*;

#[action(event = "nuvlabox.reboot", severity = "high")]
pub async fn reboot(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
