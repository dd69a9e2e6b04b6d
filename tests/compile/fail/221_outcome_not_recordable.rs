//! A return value that may not be recorded.

use scene::*;

#[action(event = "nuvlabox.reboot", payload(outcome))]
pub async fn reboot(id: Href<Nuvlabox>) -> Result<Secret, ApiError> {
//                                         ^^^^^^^^^^^^^^^^^^^^^^^^ EVT027
    Ok(Secret(id.to_string()))
}
