//! Literals say their types.

use scene::*;

#[action(event = "nuvlabox.reboot", details(times = 2_u8, sure = true, how = "softly", grade = 'a'))]
pub async fn reboot(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
