//! `within` with a number.

use scene::*;

#[action(event = "nuvlabox.reboot", deferred(within = 3600))]
//                                                    ^^^^ EVT003
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
