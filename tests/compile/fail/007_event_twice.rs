//! The event is given twice.

use scene::*;

#[action(event = "nuvlabox.reboot", event = "nuvlabox.stop")]
//                                  ^^^^^ EVT002
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
