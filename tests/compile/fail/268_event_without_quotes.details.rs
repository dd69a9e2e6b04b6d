//! An event type without quotes. Of a direct event.

use scene::*;

#[derive(EventDetails)]
#[event(nuvlabox.moved)]
//      ^^^^^^^^ EVT003
pub struct Moved {
    pub to: String,
}
