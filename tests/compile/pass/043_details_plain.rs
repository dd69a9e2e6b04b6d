//! A value that has nothing to hide.

use scene::*;

#[action(event = "nuvlabox.reboot", details(numbers: &[u8] = [1_u8, 2].as_slice()))]
pub async fn reboot(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
