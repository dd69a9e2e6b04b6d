//! The argument is the resource itself.

use scene::*;

#[action(event = "deployment.reboot")]
//               ^^^^^^^^^^^^^^^^^^^ EVT050
pub async fn start(id: &Nuvlabox) -> Result<(), ApiError> {
    let _ = id;
    Ok(())
}
