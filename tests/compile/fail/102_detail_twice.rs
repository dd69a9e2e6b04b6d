//! A detail is given twice.

use scene::*;

#[action(event = "nuvlabox.reboot", details(force, force: bool = true))]
//                                                 ^^^^^ EVT020
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
