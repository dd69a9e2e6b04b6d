//! `payload` with a value.

use scene::*;

#[action(event = "nuvlabox.reboot", payload = force)]
//                                            ^^^^^ EVT003
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
