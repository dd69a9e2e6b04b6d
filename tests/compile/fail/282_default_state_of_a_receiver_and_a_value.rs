//! The category `state` of the receiver's type, and details that are a value.

use scene::*;

#[resource(events, category = "state")]
pub struct Lamp {
    pub id: Href<Lamp>,
}

impl Lamp {
    #[action(event = "lamp.switch", details = options)]
//                                            ^^^^^^^ EVT021
    pub async fn switch(&self, options: Options) -> Result<(), ApiError> {
        drop(options);
        Ok(())
    }
}
