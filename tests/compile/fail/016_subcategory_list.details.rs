//! `subcategory` with a list. On a direct event.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.moved", subcategory("maintenance"))]
//                        ^^^^^^^^^^^ EVT003
pub struct Moved {
    pub to: String,
}
