//! Versions begin with 1.

use scene::*;

#[action(event = "nuvlabox.reboot", version = 0)]
//                                            ^ EVT025
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
