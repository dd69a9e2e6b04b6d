//! The category `state` of the resource type, and a misspelt detail.

use scene::*;

#[resource(events, category = "state")]
pub struct Lamp {
    pub id: Href<Lamp>,
}

#[action(event = "lamp.switch", details(new_stat: String = String::new()))]
//               ^^^^^^^^^^^^^ EVT021
pub async fn changed(id: Href<Lamp>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
