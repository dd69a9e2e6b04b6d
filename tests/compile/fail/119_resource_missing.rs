//! Nothing says which resource it is about.

use scene::*;

#[action(event = "nuvlabox.reboot")]
pub async fn reboot(name: String) -> Result<(), ApiError> {
//           ^^^^^^ EVT030
    drop(name);
    Ok(())
}
