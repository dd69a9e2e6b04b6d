//! The category's details are recorded.

use scene::*;

#[action(event = "nuvlabox.reboot", category = Billing)]
//                                             ^^^^^^^ EVT026
pub async fn reboot(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
