//! `ctx` with a value that is no context.

use scene::*;

#[action(event = "nuvlabox.reboot", ctx = "jane")]
//                                        ^^^^^^ EVT039
pub async fn reboot(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
