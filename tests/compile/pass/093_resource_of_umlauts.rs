//! A struct whose name makes no resource type, with one that does.

use scene::*;

#[resource(events, name = "size")]
pub struct Größe {
    pub id: Href<Größe>,
}
