//! A duration without a unit.

use scene::*;

#[action(event = "nuvlabox.reboot", deferred(within = "90"))]
//                                                    ^^^^ EVT024
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
