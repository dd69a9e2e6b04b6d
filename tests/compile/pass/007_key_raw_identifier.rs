//! A key as a raw identifier.

use scene::*;

#[action(event = "nuvlabox.reboot", r#severity = "low")]
pub async fn reboot(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
