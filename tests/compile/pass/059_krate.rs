//! Another path of the crate.

use scene::*;

#[action(event = "nuvlabox.reboot", krate = ::events)]
pub async fn reboot(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
