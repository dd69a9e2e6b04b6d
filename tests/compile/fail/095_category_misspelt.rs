//! A misspelt category: the nearest is named.

use scene::*;

#[action(event = "nuvlabox.reboot", category = "actoin")]
//                                             ^^^^^^^^ EVT013
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
