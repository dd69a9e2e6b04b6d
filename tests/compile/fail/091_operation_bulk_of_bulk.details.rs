//! A bulk form of a bulk form. Of a direct event.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.bulk-bulk-start")]
//      ^^^^^^^^^^^^^^^^^^^^^^^^^^ EVT012
pub struct Moved {
    pub to: String,
}
