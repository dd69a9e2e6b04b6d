//! An href of any type.

use scene::*;

#[action(event = "nuvlabox.reboot")]
pub async fn reboot(id: events::AnyHref) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
