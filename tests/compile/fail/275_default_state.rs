//! The category `state` of the resource type, for an event that names none.

use scene::*;

#[resource(events, category = "state")]
pub struct Lamp {
    pub id: Href<Lamp>,
}

#[action(event = "lamp.switch")]
//               ^^^^^^^^^^^^^ EVT021
pub async fn changed(id: Href<Lamp>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
