//! A hyphen last.

use scene::*;

#[action(event = "nuvlabox.reboot-")]
//               ^^^^^^^^^^^^^^^^^^ EVT011
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
