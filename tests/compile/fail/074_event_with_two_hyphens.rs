//! Two hyphens.

use scene::*;

#[action(event = "nuvlabox.re--boot")]
//               ^^^^^^^^^^^^^^^^^^^ EVT011
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
