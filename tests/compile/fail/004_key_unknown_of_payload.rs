//! A misspelt choice of the payload.

use scene::*;

#[action(event = "nuvlabox.reboot", payload(reqest = force))]
//                                          ^^^^^^ EVT001
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
