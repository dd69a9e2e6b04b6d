//! An argument is shown as a detail only.

use scene::*;

#[action(event = "nuvlabox.reboot", details(force), message = "{force}")]
//                                                            ^^^^^^^^^ EVT022
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
