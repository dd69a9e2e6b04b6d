//! A key is given twice.

use scene::*;

#[action(event = "nuvlabox.reboot", severity = "low", severity = "high")]
//                                                    ^^^^^^^^ EVT002
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
