//! A brace that is never closed.

use scene::*;

#[action(event = "nuvlabox.reboot", message = "{caller")]
//                                            ^^^^^^^^^ EVT023
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
