//! Add, edit and delete belong to every closed set.

use scene::*;

#[action(event = "deployment.delete")]
pub async fn reboot(id: Href<Deployment>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
