//! Inside another operation it runs unrecorded.

use scene::*;

#[action(event = "nuvlabox.reboot", on_nested_failure = continue)]
pub async fn reboot(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
