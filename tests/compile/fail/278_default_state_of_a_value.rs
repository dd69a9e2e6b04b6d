//! The category `state` of the resource type, and details that are a value.

use scene::*;

#[resource(events, category = "state")]
pub struct Lamp {
    pub id: Href<Lamp>,
}

#[action(event = "lamp.switch", details = options)]
//                                        ^^^^^^^ EVT021
pub async fn changed(id: Href<Lamp>, options: Options) -> Result<(), ApiError> {
    drop((id, options));
    Ok(())
}
