//! A body that is being typed.

use scene::*;

#[action(event = "nuvlabox.reboot")]
pub async fn reboot(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    drop(id);
    let force =;
//             ^ Error
    Ok(())
}
