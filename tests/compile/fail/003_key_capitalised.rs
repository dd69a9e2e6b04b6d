//! Keys are lower case.

use scene::*;

#[action(event = "nuvlabox.reboot", Severity = "high")]
//                                  ^^^^^^^^ EVT001
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
