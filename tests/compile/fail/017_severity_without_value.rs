//! `severity` without a value.

use scene::*;

#[action(event = "nuvlabox.reboot", severity)]
//                                  ^^^^^^^^ EVT003
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
