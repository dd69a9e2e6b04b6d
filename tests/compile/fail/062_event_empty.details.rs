//! An empty event type. Of a direct event.

use scene::*;

#[derive(EventDetails)]
#[event("")]
//      ^^ EVT010
pub struct Moved {
    pub to: String,
}
