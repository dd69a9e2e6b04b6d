//! In a generic function, with a concrete resource type.

use scene::*;

#[action(event = "deployment.reboot")]
//               ^^^^^^^^^^^^^^^^^^^ EVT050
pub async fn start<T: Send>(id: Href<Nuvlabox>, with: T) -> Result<(), ApiError> {
    drop((id, with));
    Ok(())
}
