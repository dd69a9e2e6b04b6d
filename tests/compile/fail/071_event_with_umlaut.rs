//! A letter outside a-z.

use scene::*;

#[action(event = "nuvlabox.prüfen")]
//               ^^^^^^^^^^^^^^^^^ EVT011
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
