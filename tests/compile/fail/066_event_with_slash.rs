//! A slash instead of the dot.

use scene::*;

#[action(event = "nuvlabox/reboot")]
//               ^^^^^^^^^^^^^^^^^ EVT010
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
