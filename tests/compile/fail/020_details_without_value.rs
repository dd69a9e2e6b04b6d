//! `details` without anything.

use scene::*;

#[action(event = "nuvlabox.reboot", details)]
//                                  ^^^^^^^ EVT003
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
