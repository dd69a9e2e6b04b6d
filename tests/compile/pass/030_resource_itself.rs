//! The argument is the resource itself.

use scene::*;

#[action(event = "nuvlabox.reboot")]
pub async fn reboot(id: &Nuvlabox) -> Result<(), ApiError> {
    let _ = id;
    Ok(())
}
