//! The bulk form of a reserved operation.

use scene::*;

#[action(event = "nuvlabox.bulk-failed")]
//               ^^^^^^^^^^^^^^^^^^^^^^ EVT012
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
