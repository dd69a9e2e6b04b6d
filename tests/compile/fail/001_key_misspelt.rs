//! A misspelt key: the nearest is named.

use scene::*;

#[action(evnt = "nuvlabox.reboot")]
//       ^^^^ EVT001
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
