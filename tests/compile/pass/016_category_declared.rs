//! A declared category, with what it demands.

use scene::*;

#[action(event = "nuvlabox.reboot", category = Billing, details(amount: u64 = 7))]
pub async fn reboot(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
