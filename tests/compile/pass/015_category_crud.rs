//! The category `crud`.

use scene::*;

#[action(event = "nuvlabox.reboot", category = "crud")]
pub async fn reboot(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
