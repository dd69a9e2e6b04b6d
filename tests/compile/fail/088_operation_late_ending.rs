//! `late-ending` belongs to closings.

use scene::*;

#[action(event = "nuvlabox.late-ending")]
//               ^^^^^^^^^^^^^^^^^^^^^^ EVT012
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
