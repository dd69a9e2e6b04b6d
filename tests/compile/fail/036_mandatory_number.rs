//! `mandatory` with a number.

use scene::*;

#[action(event = "nuvlabox.reboot", mandatory = 1)]
//                                              ^ EVT003
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
