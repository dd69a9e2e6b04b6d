//! A misspelt severity: the nearest is named.

use scene::*;

#[action(event = "nuvlabox.reboot", severity = "hihg")]
//                                             ^^^^^^ EVT014
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
