//! The category `state` of a resource type that is inferred, and details that are a value. On a method.

use scene::*;

#[resource(events, category = "state")]
pub struct Lamp {
    pub id: Href<Lamp>,
}

pub struct Fleet;

impl Fleet {
    #[action(event = "lamp.switch", resource = lamp.id, details = options)]
//                                                                ^^^^^^^ EVT021
    pub async fn changed(&self, lamp: Lamp, options: Options) -> Result<(), ApiError> {
        drop((lamp, options));
        Ok(())
    }
}
