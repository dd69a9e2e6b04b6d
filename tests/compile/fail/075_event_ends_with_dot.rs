//! An empty operation.

use scene::*;

#[action(event = "nuvlabox.")]
//               ^^^^^^^^^^^ EVT011
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
