//! An event type of three parts.

use scene::*;

#[action(event = "nuvlabox.disk.full")]
//               ^^^^^^^^^^^^^^^^^^^^ EVT010
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
