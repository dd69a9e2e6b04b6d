//! Digits, behind a letter.

use scene::*;

#[action(event = "nuvlabox.v2-reboot2")]
pub async fn reboot(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
