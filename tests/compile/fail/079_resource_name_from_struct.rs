//! The name of the struct makes no resource type.

use scene::*;

#[resource(events)]
pub struct Größe {
//         ^^^^^ EVT011
    pub id: Href<Größe>,
}
