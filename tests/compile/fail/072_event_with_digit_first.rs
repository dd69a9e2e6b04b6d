//! A digit first.

use scene::*;

#[action(event = "nuvlabox.2nd")]
//               ^^^^^^^^^^^^^^ EVT011
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
