//! `resource` with an expression of another type.

use scene::*;

#[action(event = "nuvlabox.reboot", resource = name.len())]
//                                             ^^^^^^^^^^ EVT037
pub async fn reboot(name: String) -> Result<(), ApiError> {
    drop(name);
    Ok(())
}
