//! A misspelt placeholder: the nearest is named.

use scene::*;

#[action(event = "nuvlabox.reboot", message = "{resurce} is down")]
//                                            ^^^^^^^^^^^^^^^^^^^ EVT022
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
