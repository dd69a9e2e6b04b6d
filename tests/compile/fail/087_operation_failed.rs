//! `failed` belongs to closings.

use scene::*;

#[action(event = "nuvlabox.failed")]
//               ^^^^^^^^^^^^^^^^^ EVT012
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
