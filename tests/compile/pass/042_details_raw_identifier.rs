//! A detail that is called as a keyword.

use scene::*;

#[action(event = "nuvlabox.reboot", details(r#type))]
pub async fn reboot(id: Href<Nuvlabox>, r#type: u8) -> Result<(), ApiError> {
    drop((id, r#type));
    Ok(())
}
