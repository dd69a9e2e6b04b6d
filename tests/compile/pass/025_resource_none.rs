//! An operation without a resource, knowingly.

use scene::*;

#[action(event = "nuvlabox.reboot", resource = none)]
pub async fn reboot(name: String) -> Result<(), ApiError> {
    drop(name);
    Ok(())
}
