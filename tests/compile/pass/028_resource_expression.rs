//! The resource is an expression.

use scene::*;

#[action(event = "nuvlabox.reboot", resource = format!("nuvlabox/{name}"))]
pub async fn reboot(name: String) -> Result<(), ApiError> {
    drop(name);
    Ok(())
}
