//! Snake case.

use scene::*;

#[action(event = "nuvlabox.state_changed")]
//               ^^^^^^^^^^^^^^^^^^^^^^^^ EVT011
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
