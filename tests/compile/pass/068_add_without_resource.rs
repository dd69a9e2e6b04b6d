//! An `add` that says knowingly nothing.

use scene::*;

#[action(event = "nuvlabox.add", resource = none)]
pub async fn reboot(name: String) -> Result<(), ApiError> {
    drop(name);
    Ok(())
}
