//! The category `state` of the resource type, for an event that names none. With `#[resource(events)]` above the impl.

use scene::*;

#[resource(events, category = "state")]
pub struct Lamp {
    pub id: Href<Lamp>,
}

#[resource(events)]
impl Lamp {
    #[action(event = "lamp.switch")]
//                   ^^^^^^^^^^^^^ EVT021
    pub async fn switch(&self) -> Result<(), ApiError> {
        Ok(())
    }
}
