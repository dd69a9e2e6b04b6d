//! A bulk operation is about its type.

use scene::*;

#[action(event = "deployment.bulk-start")]
pub async fn reboot(names: Vec<String>) -> Result<(), ApiError> {
    drop(names);
    Ok(())
}
