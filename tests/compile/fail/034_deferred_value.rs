//! `deferred` takes a list.

use scene::*;

#[action(event = "nuvlabox.reboot", deferred = "1h")]
//                                             ^^^^ EVT003
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
