//! A tag is a string.

use scene::*;

#[action(event = "nuvlabox.reboot", tags(3))]
//                                       ^ EVT005
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
