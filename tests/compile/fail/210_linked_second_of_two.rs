//! One of several links is none.

use scene::*;

#[action(event = "nuvlabox.reboot", linked(id, force))]
//                                             ^^^^^ EVT037
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
