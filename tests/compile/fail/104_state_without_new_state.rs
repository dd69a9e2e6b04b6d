//! Category `state` without the state that was reached.

use scene::*;

#[action(event = "nuvlabox.reboot", category = "state", details(force))]
//                                             ^^^^^^^ EVT021
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
