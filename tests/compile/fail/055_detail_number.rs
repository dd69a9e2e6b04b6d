//! A detail has a name.

use scene::*;

#[action(event = "nuvlabox.reboot", details(3))]
//                                          ^ EVT005
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
