//! A duration is a number and a unit.

use scene::*;

#[action(event = "nuvlabox.reboot", deferred(within = "1 hour"))]
//                                                    ^^^^^^^^ EVT024
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
