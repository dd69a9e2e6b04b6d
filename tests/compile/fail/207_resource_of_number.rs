//! `resource` with a number.

use scene::*;

#[action(event = "nuvlabox.reboot", resource = force)]
//                                             ^^^^^ EVT037
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
