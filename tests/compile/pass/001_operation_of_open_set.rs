//! Any operation of an open set.

use scene::*;

#[action(event = "nuvlabox.anything-at-all")]
pub async fn reboot(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
