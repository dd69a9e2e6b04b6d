//! The category `state` of the receiver's type, for an event that names none.

use scene::*;

#[resource(events, category = "state")]
pub struct Lamp {
    pub id: Href<Lamp>,
}

impl Lamp {
    #[action(event = "lamp.switch")]
//                   ^^^^^^^^^^^^^ EVT021
    pub async fn switch(&self) -> Result<(), ApiError> {
        Ok(())
    }
}
