//! A message with a misspelt detail.

use scene::*;

#[action(event = "nuvlabox.reboot", details(force), message = "{details.forse}")]
//                                                            ^^^^^^^^^^^^^^^^^ EVT022
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
