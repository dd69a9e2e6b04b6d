//! Two fields of one name.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.moved")]
pub struct Moved {
    pub to: String,
    #[record(rename = "to")]
    pub target: String,
//      ^^^^^^ EVT020
}
