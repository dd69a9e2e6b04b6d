//! Flags, bare and with a value.

use scene::*;

#[action(event = "nuvlabox.reboot", mandatory, allow_anon = false)]
pub async fn reboot(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
