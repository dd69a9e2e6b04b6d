//! `subcategory` with a list.

use scene::*;

#[action(event = "nuvlabox.reboot", subcategory("maintenance"))]
//                                  ^^^^^^^^^^^ EVT003
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
