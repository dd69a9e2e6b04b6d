//! `version` with a string.

use scene::*;

#[action(event = "nuvlabox.reboot", version = "2")]
//                                            ^^^ EVT003
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
