//! The event type of a direct event comes first.

use scene::*;

#[derive(EventDetails)]
#[event(category = "alarm")]
//^^^^^ EVT004
pub struct Moved {
    pub to: String,
}
