//! Upper case.

use scene::*;

#[action(event = "Nuvlabox.reboot")]
//               ^^^^^^^^^^^^^^^^^ EVT011
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
