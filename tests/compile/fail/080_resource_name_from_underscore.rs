//! The name of the struct begins with an underscore.

use scene::*;

#[resource(events)]
pub struct _Car {
//         ^^^^ EVT011
    pub id: Href<_Car>,
}
