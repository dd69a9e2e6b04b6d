//! A message that names a detail that is not recorded.

use scene::*;

#[action(event = "nuvlabox.reboot", message = "{details.size}")]
//                                            ^^^^^^^^^^^^^^^^ EVT022
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
