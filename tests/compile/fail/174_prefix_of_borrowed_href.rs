//! The same with a borrowed href.

use scene::*;

#[action(event = "deployment.reboot")]
//               ^^^^^^^^^^^^^^^^^^^ EVT050
pub async fn start(id: &Href<Nuvlabox>) -> Result<(), ApiError> {
    let _ = id;
    Ok(())
}
