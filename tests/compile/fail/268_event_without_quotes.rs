//! An event type without quotes.

use scene::*;

#[action(event = nuvlabox.reboot)]
//               ^^^^^^^^^^^^^^^ EVT003
pub async fn reboot(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
