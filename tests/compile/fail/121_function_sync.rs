//! A function that is not async.

use scene::*;

#[action(event = "nuvlabox.reboot")]
pub fn reboot(id: Href<Nuvlabox>) -> Result<(), ApiError> {
//  ^^ EVT031
    drop(id);
    Ok(())
}
