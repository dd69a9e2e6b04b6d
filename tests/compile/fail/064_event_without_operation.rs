//! An event type without an operation.

use scene::*;

#[action(event = "nuvlabox")]
//               ^^^^^^^^^^ EVT010
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
