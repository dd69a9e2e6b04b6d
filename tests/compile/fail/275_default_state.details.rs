//! The category `state` of the resource type, for an event that names none. On a direct event.

use scene::*;

#[resource(events, category = "state")]
pub struct Lamp {
    pub id: Href<Lamp>,
}

#[derive(EventDetails)]
#[event("lamp.switched", resource = Lamp)]
//      ^^^^^^^^^^^^^^^ EVT021
pub struct Changed {
    pub by: String,
}
