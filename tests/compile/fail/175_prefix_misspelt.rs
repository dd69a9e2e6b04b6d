//! A misspelt resource type.

use scene::*;

#[action(event = "nuvlabx.reboot")]
//               ^^^^^^^^^^^^^^^^ EVT050
pub async fn start(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
