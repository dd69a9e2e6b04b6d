//! `event =`, while it is being typed.

use scene::*;

#[action(event =)]
//       ^^^^^ EVT003
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
