//! The category `state` of the resource type, and a misspelt detail. On a method.

use scene::*;

#[resource(events, category = "state")]
pub struct Lamp {
    pub id: Href<Lamp>,
}

pub struct Fleet;

impl Fleet {
    #[action(event = "lamp.switch", details(new_stat: String = String::new()))]
//                   ^^^^^^^^^^^^^ EVT021
    pub async fn changed(&self, id: Href<Lamp>) -> Result<(), ApiError> {
        drop(id);
        Ok(())
    }
}
