//! A category that is declared beside its event.

use scene::*;

#[category("travel", details(km: u32, by: Option<String>, with?))]
pub struct Travel;

#[action(event = "nuvlabox.move", category = Travel, details(km))]
pub async fn travel(id: Href<Nuvlabox>, km: u32) -> Result<(), ApiError> {
    drop((id, km));
    Ok(())
}
