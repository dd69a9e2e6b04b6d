//! The own category of the resource type, and details that are a value. On a method.

use scene::*;

#[resource(events, category = Billing)]
pub struct Invoice {
    pub id: Href<Invoice>,
}

pub struct Fleet;

impl Fleet {
    #[action(event = "invoice.pay", details = options)]
//                                            ^^^^^^^ EVT026
    pub async fn changed(&self, id: Href<Invoice>, options: Options) -> Result<(), ApiError> {
        drop((id, options));
        Ok(())
    }
}
