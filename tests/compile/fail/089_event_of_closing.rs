//! The type of a closing event.

use scene::*;

#[action(event = "nuvlabox.reboot.completed")]
//               ^^^^^^^^^^^^^^^^^^^^^^^^^^^ EVT012
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
