//! `resource` names an argument.

use scene::*;

#[action(event = "deployment.reboot", resource = nuvlabox)]
//               ^^^^^^^^^^^^^^^^^^^ EVT050
pub async fn start(nuvlabox: Href<Nuvlabox>) -> Result<(), ApiError> {
    drop(nuvlabox);
    Ok(())
}
