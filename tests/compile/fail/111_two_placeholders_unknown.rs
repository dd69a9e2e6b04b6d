//! Two mistakes in one message are two errors.

use scene::*;

#[action(event = "nuvlabox.reboot", message = "{user} {host}")]
//                                            ^^^^^^^^^^^^^^^ EVT022
//                                            ^^^^^^^^^^^^^^^ EVT022
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
