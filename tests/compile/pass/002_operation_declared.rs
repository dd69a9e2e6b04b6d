//! An operation of a closed set.

use scene::*;

#[action(event = "deployment.start")]
pub async fn reboot(id: Href<Deployment>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
