//! A comma is missing.

use scene::*;

#[action(event = "nuvlabox.reboot" severity = "low")]
//                                 ^^^^^^^^ EVT005
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
