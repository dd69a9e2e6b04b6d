//! An empty resource type.

use scene::*;

#[action(event = ".reboot")]
//               ^^^^^^^^^ EVT011
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
