//! `version` with a negative number.

use scene::*;

#[action(event = "nuvlabox.reboot", version = -1)]
//                                            ^^ EVT003
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
