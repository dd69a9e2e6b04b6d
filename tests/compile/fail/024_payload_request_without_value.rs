//! `payload(request)` does not say which argument.

use scene::*;

#[action(event = "nuvlabox.reboot", payload(request))]
//                                          ^^^^^^^ EVT003
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
