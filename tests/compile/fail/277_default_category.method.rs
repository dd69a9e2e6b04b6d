//! The own category of the resource type, for an event that names none. On a method.

use scene::*;

#[resource(events, category = Billing)]
pub struct Invoice {
    pub id: Href<Invoice>,
}

pub struct Fleet;

impl Fleet {
    #[action(event = "invoice.pay", details(currency: String = String::new()))]
//                   ^^^^^^^^^^^^^ EVT026
    pub async fn changed(&self, id: Href<Invoice>) -> Result<(), ApiError> {
        drop(id);
        Ok(())
    }
}
