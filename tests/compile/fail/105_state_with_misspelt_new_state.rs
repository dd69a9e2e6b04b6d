//! Category `state` with a misspelt detail.

use scene::*;

#[action(event = "nuvlabox.reboot", category = "state", details(new_stat: bool = force))]
//                                             ^^^^^^^ EVT021
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
