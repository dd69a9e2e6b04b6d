//! `payload` without a choice.

use scene::*;

#[action(event = "nuvlabox.reboot", payload)]
//                                  ^^^^^^^ EVT003
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
