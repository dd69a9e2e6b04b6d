//! `tags` takes a list.

use scene::*;

#[action(event = "nuvlabox.reboot", tags = "eu")]
//                                         ^^^^ EVT003
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
