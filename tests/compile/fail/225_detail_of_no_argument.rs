//! A detail that is a misspelt argument.

use scene::*;

#[action(event = "nuvlabox.reboot", details(forse))]
//                                          ^^^^^ EVT028
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
