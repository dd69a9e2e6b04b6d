//! A detail that is being typed.

use scene::*;

#[action(event = "nuvlabox.reboot", details(force: = force))]
//                                                 ^ EVT005
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
