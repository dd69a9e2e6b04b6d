//! `bulk` is no key yet.

use scene::*;

#[action(event = "nuvlabox.reboot", bulk = "digest")]
//                                  ^^^^ EVT007
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
