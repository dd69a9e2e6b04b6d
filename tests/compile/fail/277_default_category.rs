//! The own category of the resource type, for an event that names none.

use scene::*;

#[resource(events, category = Billing)]
pub struct Invoice {
    pub id: Href<Invoice>,
}

#[action(event = "invoice.pay", details(currency: String = String::new()))]
//               ^^^^^^^^^^^^^ EVT026
pub async fn changed(id: Href<Invoice>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
