//! Two mistakes in one message are two errors. On a direct event.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.moved", message = "{user} {host}")]
//                                  ^^^^^^^^^^^^^^^ EVT022
//                                  ^^^^^^^^^^^^^^^ EVT022
pub struct Moved {
    pub to: String,
}
