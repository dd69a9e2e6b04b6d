//! The own category of the resource type, and details that are a value.

use scene::*;

#[resource(events, category = Billing)]
pub struct Invoice {
    pub id: Href<Invoice>,
}

#[action(event = "invoice.pay", details = options)]
//                                        ^^^^^^^ EVT026
pub async fn changed(id: Href<Invoice>, options: Options) -> Result<(), ApiError> {
    drop((id, options));
    Ok(())
}
