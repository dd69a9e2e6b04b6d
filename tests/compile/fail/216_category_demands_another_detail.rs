//! A misspelt detail of the category: it is asked about.

use scene::*;

#[action(event = "nuvlabox.reboot", category = Billing, details(amont: u64 = 7, currency: &str = "EUR"))]
//                                             ^^^^^^^ EVT026
pub async fn reboot(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
