//! A key that is like none: all are listed.

use scene::*;

#[action(event = "nuvlabox.reboot", colour = "red")]
//                                  ^^^^^^ EVT001
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
