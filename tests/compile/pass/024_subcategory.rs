//! A subcategory.

use scene::*;

#[action(event = "nuvlabox.reboot", subcategory = "maintenance")]
pub async fn reboot(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
