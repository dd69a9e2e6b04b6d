//! `allow_anon` with a string.

use scene::*;

#[action(event = "nuvlabox.reboot", allow_anon = "yes")]
//                                               ^^^^^ EVT003
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
