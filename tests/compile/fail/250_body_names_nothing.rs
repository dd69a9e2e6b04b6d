//! A name that leads nowhere.

use scene::*;

#[action(event = "nuvlabox.reboot")]
pub async fn reboot(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    drop(id);
    forse();
//  ^^^^^ E0425
    Ok(())
}
