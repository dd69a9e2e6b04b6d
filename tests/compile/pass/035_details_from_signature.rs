//! A detail whose type the signature writes.

use scene::*;

#[action(event = "nuvlabox.reboot", details(force))]
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
