//! The resource is a string, known when the program runs.

use scene::*;

#[action(event = "nuvlabox.reboot", resource = name)]
pub async fn reboot(name: String) -> Result<(), ApiError> {
    drop(name);
    Ok(())
}
