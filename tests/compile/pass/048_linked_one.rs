//! One link.

use scene::*;

#[action(event = "nuvlabox.reboot", linked = other)]
pub async fn reboot(id: Href<Nuvlabox>, other: Href<Deployment>) -> Result<(), ApiError> {
    drop((id, other));
    Ok(())
}
