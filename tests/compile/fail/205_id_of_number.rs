//! An `id` that does not say which resource it is about.

use scene::*;

#[action(event = "nuvlabox.reboot")]
pub async fn reboot(id: u64) -> Result<(), ApiError> {
//                  ^^ EVT037
    drop(id);
    Ok(())
}
