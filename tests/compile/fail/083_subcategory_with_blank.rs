//! A subcategory is kebab-case.

use scene::*;

#[action(event = "nuvlabox.reboot", subcategory = "Not Kebab")]
//                                                ^^^^^^^^^^^ EVT011
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
