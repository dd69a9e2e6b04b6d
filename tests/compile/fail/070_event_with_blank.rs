//! A blank.

use scene::*;

#[action(event = "nuvlabox.state changed")]
//               ^^^^^^^^^^^^^^^^^^^^^^^^ EVT011
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
