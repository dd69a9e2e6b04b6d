//! A version that no number holds.

use scene::*;

#[action(event = "nuvlabox.reboot", version = 99999999999)]
//                                            ^^^^^^^^^^^ EVT025
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
