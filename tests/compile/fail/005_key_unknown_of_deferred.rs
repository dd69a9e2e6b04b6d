//! A misspelt key of `deferred`.

use scene::*;

#[action(event = "nuvlabox.reboot", deferred(withn = "1h"))]
//                                           ^^^^^ EVT001
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
