//! Details that exclude each other by `#[cfg]`.

use scene::*;

#[action(event = "nuvlabox.reboot", details(#[cfg(unix)] how: u8 = 1, #[cfg(not(unix))] how: u8 = 2))]
pub async fn reboot(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
