//! An argument that may not be there.

use scene::*;

#[action(event = "nuvlabox.reboot")]
pub async fn reboot(id: Href<Nuvlabox>, #[cfg(any())] gone: u8) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
