//! Several links, and strings among them.

use scene::*;

#[action(event = "nuvlabox.reboot", linked(other, "job/17", &other.as_str()))]
pub async fn reboot(id: Href<Nuvlabox>, other: Href<Deployment>) -> Result<(), ApiError> {
    drop((id, other));
    Ok(())
}
