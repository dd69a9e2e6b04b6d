//! `bulk-` without an operation.

use scene::*;

#[action(event = "nuvlabox.bulk-")]
//               ^^^^^^^^^^^^^^^^ EVT011
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
