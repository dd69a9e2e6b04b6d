//! A duration of zero.

use scene::*;

#[action(event = "nuvlabox.reboot", deferred(within = "0s"))]
//                                                    ^^^^ EVT024
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
