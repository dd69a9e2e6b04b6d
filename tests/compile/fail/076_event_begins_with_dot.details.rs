//! An event type that begins with its dot. Of a direct event.

use scene::*;

#[derive(EventDetails)]
#[event(".moved")]
//      ^^^^^^^^ EVT011
pub struct Moved {
    pub to: String,
}
