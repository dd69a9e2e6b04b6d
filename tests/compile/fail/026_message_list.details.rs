//! `message` with a list. On a direct event.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.moved", message("{caller}"))]
//                        ^^^^^^^ EVT003
pub struct Moved {
    pub to: String,
}
