//! `linked` with a number.

use scene::*;

#[action(event = "nuvlabox.reboot", linked = 7)]
//                                           ^ EVT037
pub async fn reboot(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
