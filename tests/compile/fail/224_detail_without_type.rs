//! A detail whose type nothing says.

use scene::*;

#[action(event = "nuvlabox.reboot", details(count = id.as_str().len()))]
//                                          ^^^^^ EVT028
pub async fn reboot(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
