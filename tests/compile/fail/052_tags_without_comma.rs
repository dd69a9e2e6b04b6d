//! A comma is missing between tags.

use scene::*;

#[action(event = "nuvlabox.reboot", tags("a" "b"))]
//                                           ^^^ EVT005
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
