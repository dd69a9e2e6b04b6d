//! The category `state` of a resource type that is inferred, and details that are a value.

use scene::*;

#[resource(events, category = "state")]
pub struct Lamp {
    pub id: Href<Lamp>,
}

#[action(event = "lamp.switch", resource = lamp.id, details = options)]
//                                                            ^^^^^^^ EVT021
pub async fn changed(lamp: Lamp, options: Options) -> Result<(), ApiError> {
    drop((lamp, options));
    Ok(())
}
