//! `bulk` is no operation.

use scene::*;

#[action(event = "nuvlabox.bulk")]
//               ^^^^^^^^^^^^^^^ EVT012
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
