//! One function is one operation.

use scene::*;

#[action(event = "nuvlabox.reboot")]
#[action(event = "nuvlabox.stop")]
//^^^^^^ EVT035
pub async fn reboot(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
