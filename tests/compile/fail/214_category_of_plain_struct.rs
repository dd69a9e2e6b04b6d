//! A struct without `#[category]`.

use scene::*;

pub struct Travel;

#[action(event = "nuvlabox.reboot", category = Travel)]
//                                             ^^^^^^ EVT047
pub async fn reboot(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
