//! A result of something opaque.

use scene::*;

#[action(event = "nuvlabox.reboot")]
pub async fn reboot(id: Href<Nuvlabox>) -> Result<impl std::fmt::Display, ApiError> {
    Ok(id)
}
