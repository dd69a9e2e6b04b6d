//! An own category is named by its path.

use scene::*;

#[action(event = "nuvlabox.reboot", category = "billing")]
//                                             ^^^^^^^^^ EVT013
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
