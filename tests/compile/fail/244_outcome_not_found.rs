//! A path that leads nowhere: the compiler's own error.

use scene::*;

#[action(event = "nuvlabox.reboot", outcome = ask)]
//                                            ^^^ E0425
pub async fn reboot(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
