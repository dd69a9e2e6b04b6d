//! A severity that is none.

use scene::*;

#[action(event = "nuvlabox.reboot", severity = "warning")]
//                                             ^^^^^^^^^ EVT014
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
