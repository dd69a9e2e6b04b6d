//! The bulk form of a bulk form.

use scene::*;

#[action(event = "nuvlabox.bulk-bulk-start")]
//               ^^^^^^^^^^^^^^^^^^^^^^^^^^ EVT012
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
