//! Categories are lower case.

use scene::*;

#[action(event = "nuvlabox.reboot", category = "State")]
//                                             ^^^^^^^ EVT013
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
