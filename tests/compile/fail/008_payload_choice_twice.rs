//! A choice of the payload is given twice.

use scene::*;

#[action(event = "nuvlabox.reboot", payload(outcome, outcome))]
//                                                   ^^^^^^^ EVT002
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
