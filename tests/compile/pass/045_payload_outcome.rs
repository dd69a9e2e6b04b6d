//! What was returned, in the payload.

use scene::*;

#[action(event = "nuvlabox.reboot", payload(outcome))]
pub async fn reboot(id: Href<Nuvlabox>) -> Result<Options, ApiError> {
    drop(id);
    Err(ApiError)
}
