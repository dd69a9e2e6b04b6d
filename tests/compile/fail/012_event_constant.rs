//! The event is written where it can be checked, not in a constant.

use scene::*;

#[action(event = EVENT)]
//               ^^^^^ EVT003
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
