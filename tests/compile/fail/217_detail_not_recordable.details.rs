//! A field of a direct event that may not be recorded.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.moved")]
pub struct Moved {
    pub key: Secret,
//           ^^^^^^ EVT027
}
