//! A subcategory is kebab-case. On a direct event.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.moved", subcategory = "Not Kebab")]
//                                      ^^^^^^^^^^^ EVT011
pub struct Moved {
    pub to: String,
}
