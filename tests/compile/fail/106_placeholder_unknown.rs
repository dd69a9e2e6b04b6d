//! A message that names nothing.

use scene::*;

#[action(event = "nuvlabox.reboot", message = "{user} rebooted")]
//                                            ^^^^^^^^^^^^^^^^^ EVT022
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
