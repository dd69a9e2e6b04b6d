//! The bulk form of a declared operation.

use scene::*;

#[action(event = "deployment.bulk-start", resource = id)]
pub async fn reboot(id: Href<Deployment>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
