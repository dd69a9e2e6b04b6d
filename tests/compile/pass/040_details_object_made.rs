//! A details value that is made on the spot.

use scene::*;

#[action(event = "nuvlabox.reboot", details = Options { force: true, release: None })]
pub async fn reboot(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
