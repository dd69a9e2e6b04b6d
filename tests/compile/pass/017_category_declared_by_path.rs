//! A declared category by a longer path, from another crate.

use scene::*;

#[action(event = "nuvlabox.reboot", category = scene::Billing, details(amount: u64 = 7, currency: &str = "EUR"))]
pub async fn reboot(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
