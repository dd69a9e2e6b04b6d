//! The written type and the value's differ: the compiler's own error.

use scene::*;

#[action(event = "nuvlabox.reboot", details(force: bool = id.as_str()))]
//                                                        ^^^^^^^^^^^ E0308
pub async fn reboot(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
