//! An empty event type.

use scene::*;

#[action(event = "")]
//               ^^ EVT010
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
