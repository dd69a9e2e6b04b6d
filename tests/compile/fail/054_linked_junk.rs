//! A link is an expression.

use scene::*;

#[action(event = "nuvlabox.reboot", linked(=))]
//                                         ^ EVT005
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
