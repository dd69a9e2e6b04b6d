//! A number for the event type. Of a direct event.

use scene::*;

#[derive(EventDetails)]
#[event(7)]
//      ^ EVT003
pub struct Moved {
    pub to: String,
}
